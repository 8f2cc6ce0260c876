import { createRandom, type Random } from "./random.ts";

/** The formula behind the sample prices, in euros. A model trained on them should recover it. */
export const housePrice = {
  base: 40_000,
  perSquareMetre: 3_200,
  perRoom: 9_000,
  perYearOfAge: -850,
  city: { Berlin: 60_000, Hamburg: 75_000, Leipzig: 0, Munich: 180_000 },
  /** The standard deviation of the normally distributed noise. No model can predict the prices more closely. */
  noise: 20_000,
} as const;

const cities = Object.keys(housePrice.city) as (keyof typeof housePrice.city)[];

/**
 * Generates a training dataset as CSV: houses with area_m2, rooms, age_years, city and price. Default 500 rows; the
 * same number gives the same rows.
 */
export function housesCsv(rows = 500): string {
  const random = createRandom(2026);
  const lines = Array.from({ length: rows }, () => house(random));
  return ["area_m2,rooms,age_years,city,price", ...lines, ""].join("\n");
}

function house(random: Random): string {
  const area = random.integer(35, 220);
  const rooms = Math.max(1, Math.round(area / 28) + random.integer(-1, 1));
  const age = random.integer(0, 90);
  const city = random.pick(cities);
  const price =
    housePrice.base +
    housePrice.perSquareMetre * area +
    housePrice.perRoom * rooms +
    housePrice.perYearOfAge * age +
    housePrice.city[city] +
    housePrice.noise * normal(random);
  return [area, rooms, age, city, Math.round(price)].join(",");
}

/** Samples the standard normal distribution with the Box-Muller transform. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
