import { z } from "zod";

/** How many entries a list answers. */
export const limit = z.coerce.number().pipe(z.int().min(1).max(1000)).default(100);
