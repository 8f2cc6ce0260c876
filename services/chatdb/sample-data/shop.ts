import { createRandom, type Random } from "./random.ts";
import { categories, countries, firstNames, lastNames, qualities, statuses } from "./vocabulary.ts";

export const defaultSeed = 20240101;

/** The number of generated rows; each order has one to `itemsPerOrder` items. */
export const sizes = { customers: 600, productsPerCategory: 24, orders: 2000, itemsPerOrder: 4 } as const;

export interface Customer {
  id: number;
  name: string;
  email: string;
  city: string;
  country: string;
  created_at: string;
}
export interface Category {
  id: number;
  name: string;
  description: string;
}
/** A product; `price` is a decimal with two digits as text, like PostgreSQL's `numeric`. */
export interface Product {
  id: number;
  name: string;
  category_id: number;
  price: string;
  stock: number;
}
export interface Order {
  id: number;
  customer_id: number;
  ordered_at: string;
  status: string;
}
export interface OrderItem {
  id: number;
  order_id: number;
  product_id: number;
  quantity: number;
  unit_price: string;
}

/** The rows of each table; property names are those of tables and columns. */
export interface Shop {
  categories: Category[];
  customers: Customer[];
  products: Product[];
  orders: Order[];
  order_items: OrderItem[];
}

/** Generates the rows of the sample shop, which are equal for equal seeds on every machine. */
export function generateShop(seed: number = defaultSeed): Shop {
  const random = createRandom(seed);
  const customers = Array.from({ length: sizes.customers }, (_, index) => customer(random, index + 1));
  const products = categories.flatMap((_, index) => productsOf(random, index));
  const orders = Array.from({ length: sizes.orders }, (_, index) => order(random, index + 1, customers));
  return {
    categories: categories.map(({ name, description }, index) => ({ id: index + 1, name, description })),
    customers,
    products,
    orders,
    order_items: orderItems(random, orders, products),
  };
}

function customer(random: Random, id: number): Customer {
  const first = random.pick(firstNames);
  const last = random.pick(lastNames);
  const country = random.weighted(countries);
  return {
    id,
    name: `${first} ${last}`,
    email: `${first}.${last.replaceAll(/[^A-Za-z]/g, "")}${id}@example.com`.toLowerCase(),
    city: random.pick<string>(country.cities),
    country: country.name,
    created_at: moment(random, "2023-01-01T00:00:00Z", "2024-06-30T00:00:00Z"),
  };
}

function productsOf(random: Random, categoryIndex: number): Product[] {
  const { items, price } = categories[categoryIndex]!;
  return Array.from({ length: sizes.productsPerCategory }, (_, index) => ({
    id: categoryIndex * sizes.productsPerCategory + index + 1,
    // With 5 items, 14 qualities and 24 products, each pair of quality and item occurs once.
    name: `${qualities[(index * 3 + categoryIndex) % qualities.length]} ${items[index % items.length]}`,
    category_id: categoryIndex + 1,
    price: decimal(random.integer(price[0] * 100, price[1] * 100)),
    // One in twelve is sold out.
    stock: random.next() < 1 / 12 ? 0 : random.integer(1, 400),
  }));
}

function order(random: Random, id: number, customers: readonly Customer[]): Order {
  // Squared, so that some customers order often and some never do.
  const buyer = customers[Math.floor(random.next() ** 2 * customers.length)]!;
  return {
    id,
    customer_id: buyer.id,
    ordered_at: moment(random, buyer.created_at, "2025-06-30T00:00:00Z"),
    status: random.weighted(statuses).name,
  };
}

function orderItems(random: Random, orders: readonly Order[], products: readonly Product[]): OrderItem[] {
  const items: OrderItem[] = [];
  for (const { id: order_id } of orders) {
    const chosen = new Set(Array.from({ length: random.integer(1, sizes.itemsPerOrder) }, () => random.pick(products)));
    for (const product of chosen) {
      const discount = random.next() < 0.2 ? 0.9 : 1;
      const unit_price = decimal(Math.round(Number(product.price) * discount * 100));
      items.push({
        id: items.length + 1,
        order_id,
        product_id: product.id,
        quantity: random.integer(1, 5),
        unit_price,
      });
    }
  }
  return items;
}

const decimal = (hundredths: number) => (hundredths / 100).toFixed(2);

/** Returns a random second between two instants, as ISO 8601. */
function moment(random: Random, from: string, to: string): string {
  const second = random.integer(Date.parse(from) / 1000, Date.parse(to) / 1000);
  return new Date(second * 1000).toISOString().replace(".000Z", "Z");
}
