import { deployment } from "../support/deployment.ts";

/** ChatDB as it runs on a developer's machine. */
export const stack = deployment("dev");
