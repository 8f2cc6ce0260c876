import { z } from "zod";

/** What the name of a data source may be. */
export const dataSourceName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,62}$/,
    "expected a lower-case letter, then letters, digits, _ and -, 63 characters at most",
  );
