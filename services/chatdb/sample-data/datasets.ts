import { createRandom, type Random } from "./random.ts";

/** How the sample's prices come about, in euros. A model trained on it should find these again. */
export const housePrice = {
  base: 40_000,
  perSquareMetre: 3_200,
  perRoom: 9_000,
  perYearOfAge: -850,
  city: { Berlin: 60_000, Hamburg: 75_000, Leipzig: 0, Munich: 180_000 },
  /** Standard deviation of the noise, normally distributed: no model predicts these prices closer than this. */
  noise: 20_000,
} as const;

const cities = Object.keys(housePrice.city) as (keyof typeof housePrice.city)[];

/**
 * A dataset to train on: houses with area_m2, rooms, age_years, city and price, as CSV.
 * Default 500 rows; the same number gives the same rows.
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

/** From the standard normal distribution, by the Box-Muller transform. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
