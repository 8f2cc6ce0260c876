import { parseJson } from "@platform/kit/json.ts";
import { z } from "zod";

/** Declares an environment variable that holds JSON. Each fault of the JSON is reported with its place in it. */
export function jsonEnv<S extends z.ZodType>(schema: S) {
  return z.string().transform((text, context): z.infer<S> => {
    const result = schema.safeParse(parseJson(text), { reportInput: false });
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues) {
      context.addIssue({ code: "custom", message: path.length > 0 ? `at ${path.join(".")}: ${message}` : message });
    }
    return z.NEVER;
  });
}
