import { z } from "zod";

/** Upper limit of the entries in a list. */
export const limit = z.coerce.number().pipe(z.int().min(1).max(1000)).default(100);

/** Name of a data source. */
export const dataSourceName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,62}$/,
    "expected a lower-case letter, then letters, digits, _ and -, 63 characters at most",
  );

/**
 * The header by which the gateway passes the user of a request to the services. It drops the header from clients'
 * requests.
 */
export const userHeader = "x-chatdb-user";
