/* The entry point of the Job that loads the sample shop. */
import { command, runCommand } from "@platform/provisioner/command.ts";
import { fillShop, sampleDataSettings } from "./fill-shop.ts";

process.exitCode = await runCommand("sample-data", async () => command(sampleDataSettings, fillShop));
