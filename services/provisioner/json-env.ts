import { z } from "zod";

/** An environment variable that holds JSON. What the JSON has wrong is reported as a problem of the variable, with the place in it. */
export function jsonEnv<S extends z.ZodType>(schema: S) {
  return z.string().transform((text, context): z.infer<S> => {
    const result = schema.safeParse(parse(text), { reportInput: false });
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues) {
      context.addIssue({ code: "custom", message: path.length > 0 ? `at ${path.join(".")}: ${message}` : message });
    }
    return z.NEVER;
  });
}

/** Undefined where the text is not JSON; no schema here accepts that. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
