import type { Parameter } from "@chatdb/contracts/query.ts";
import { compile } from "../../../../services/chatdb/question-engine/compile/postgresql.ts";
import type { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { understand } from "@chatdb/question-engine/understand.ts";
import { expect } from "chai";
import type { TestShop } from "../support/shop.ts";
import { withSchema, withShop, type TestSchema } from "./with-database.ts";

/** The likeliest meaning of a question, however sure it is, gives the rows of a query. */
type Case = [question: string, control: string, defect?: string];

const bought =
  "SELECT customer_id FROM orders o JOIN order_items ON order_id = o.id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id";

const ofTheShop: Case[] = [
  ["customers who have ordered something", "SELECT * FROM customers WHERE id IN (SELECT customer_id FROM orders)"],
  [
    "customers who bought the Nordic Desk",
    `SELECT * FROM customers WHERE id IN (${bought} WHERE p.name = 'Nordic Desk')`,
  ],
  ["Who has bought electronics?", `SELECT name FROM customers WHERE id IN (${bought} WHERE c.name = 'Electronics')`],
  [
    "What category does the Vintage Drum belong to?",
    "SELECT c.name FROM categories c JOIN products p ON p.category_id = c.id WHERE p.name = 'Vintage Drum'",
  ],
  [
    "who orders most often",
    "SELECT name FROM customers c JOIN orders ON customer_id = c.id GROUP BY c.id, name ORDER BY count(*) DESC LIMIT 1",
  ],
  [
    "customers who ordered at least 20 times",
    "SELECT * FROM customers c WHERE 20 <= (SELECT count(*) FROM orders WHERE customer_id = c.id)",
  ],
  ["our five longest-standing customers", "SELECT * FROM customers ORDER BY created_at LIMIT 5"],
  ["number of orders in or after 2024", "SELECT count(*) FROM orders WHERE ordered_at >= '2024-01-01'"],
  [
    "number of orders in the first quarter of 2024",
    "SELECT count(*) FROM orders WHERE ordered_at >= '2024-01-01' AND ordered_at < '2024-04-01'",
  ],
  ["customers whose name contains ‘li’", "SELECT * FROM customers WHERE name ILIKE '%li%'"],
  [
    "customers in Germany who do not live in Berlin or Munich",
    "SELECT * FROM customers WHERE country = 'Germany' AND city NOT IN ('Berlin', 'Munich')",
  ],
  ["how much does a product cost on average", "SELECT avg(price) FROM products"],
  [
    "How expensive is furniture on average?",
    "SELECT avg(price) FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Furniture'",
  ],
  [
    "How many items does an order have on average?",
    "SELECT avg(n) FROM (SELECT count(*) AS n FROM order_items GROUP BY order_id) AS counts",
  ],
  [
    "Which category is cheapest on average?",
    "SELECT c.name FROM products p JOIN categories c ON c.id = category_id GROUP BY c.id ORDER BY avg(price) LIMIT 1",
    "the superlative is passed over",
  ],
  ["products with less stock than average", "SELECT * FROM products WHERE stock < (SELECT avg(stock) FROM products)"],
  ["name and email of people in Glasgow", "SELECT name, email FROM customers WHERE city = 'Glasgow'"],
  [
    "how many people signed up in 2023",
    "SELECT count(*) FROM customers WHERE created_at >= '2023-01-01' AND created_at < '2024-01-01'",
  ],
  ["Who placed order 42?", "SELECT name FROM customers WHERE id = (SELECT customer_id FROM orders WHERE id = 42)"],
  [
    "Who is waiting for a pending order?",
    "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'pending')",
  ],
  ["products from cheapest to dearest", "SELECT * FROM products ORDER BY price"],
  ["which products have the top 3 prices", "SELECT name FROM products ORDER BY price DESC LIMIT 3"],
  [
    "the most expensive toy",
    "SELECT p.* FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Toys' ORDER BY price DESC LIMIT 1",
  ],
];

/** Names as people who keep schools and banks give them. */
const ddl = `
CREATE SCHEMA campus;
CREATE TABLE campus.student (stu_num int PRIMARY KEY, stu_fname text, stu_lname text, stu_dob date, home text);
CREATE TABLE campus.course (crs_code text PRIMARY KEY, crs_title text, hours int);
CREATE TABLE campus.enrol (stu_num int REFERENCES campus.student, crs_code text REFERENCES campus.course, grade text, PRIMARY KEY (stu_num, crs_code));
CREATE TABLE campus.company (company_id int PRIMARY KEY, company text, industry text);
CREATE TABLE campus.tutor (tutor_id int PRIMARY KEY, name text, age int, height int, birth_date date, hire_date date);
CREATE TABLE campus.branch (bno int PRIMARY KEY, bname text, town text, company_id int REFERENCES campus.company);
INSERT INTO campus.student SELECT n, 'First' || n, 'Last' || n, DATE '2000-01-01' + n, 'Town ' || n % 4 FROM generate_series(1, 30) AS n;
INSERT INTO campus.course SELECT 'C' || n, 'Title ' || n, n FROM generate_series(1, 8) AS n;
INSERT INTO campus.enrol SELECT n, 'C' || m, 'A' FROM generate_series(1, 20) AS n, generate_series(1, 8) AS m WHERE (n * m) % 5 = 1;
INSERT INTO campus.tutor SELECT n, 'Tutor ' || n, 20 + n % 5, 150 + n, DATE '1980-01-01' + n * 7 % 50, DATE '2010-01-01' - n FROM generate_series(1, 12) AS n;
INSERT INTO campus.company SELECT n, 'Firm ' || n, 'Trade ' || n % 2 FROM generate_series(1, 5) AS n;
INSERT INTO campus.branch SELECT n, 'Branch ' || n, 'Town ' || n % 3, n % 5 + 1 FROM generate_series(1, 9) AS n;
`;

const ofTheCampus: Case[] = [
  ["full names of the students", "SELECT stu_fname, stu_lname FROM campus.student"],
  ["which students come from Town 1", "SELECT stu_fname, stu_lname FROM campus.student WHERE home = 'Town 1'"],
  ["names of the students", "SELECT stu_fname, stu_lname FROM campus.student"],
  [
    "What is the birthday of the student whose family name is Last7?",
    "SELECT stu_dob FROM campus.student WHERE stu_lname = 'Last7'",
  ],
  ["What are the names of the branches?", "SELECT bname FROM campus.branch"],
  ["company names and their industry", "SELECT company, industry FROM campus.company"],
  ["names of tutors who are not 20 years old", "SELECT name FROM campus.tutor WHERE age <> 20"],
  ["What is the average age and height of the tutors?", "SELECT avg(age), avg(height) FROM campus.tutor"],
  ["names of the 3 longest-serving tutors", "SELECT name FROM campus.tutor ORDER BY hire_date LIMIT 3"],
  [
    "students who are not enrolled in any course",
    "SELECT * FROM campus.student WHERE stu_num NOT IN (SELECT stu_num FROM campus.enrol)",
  ],
];

describe("phrasings of questions", () => {
  describe("about the shop", () => {
    let shop: TestShop;
    let index: SchemaIndex;
    withShop((started, ofShop) => void ([shop, index] = [started, ofShop]));
    check(
      ofTheShop,
      () => index,
      (sql, params) => shop.run(sql, params),
    );
  });

  describe("about a schema of short names", () => {
    let campus: TestSchema;
    withSchema(ddl, "campus", (started) => void (campus = started));
    check(
      ofTheCampus,
      () => campus.index,
      (sql, params) => campus.run(sql, params),
    );
  });
});

function check(
  cases: readonly Case[],
  index: () => SchemaIndex,
  run: (sql: string, params?: Parameter[]) => Promise<readonly unknown[]>,
): void {
  const rows = async (ordered: boolean, ...statement: Parameters<typeof run>) => {
    const found = (await run(...statement)).map((row) => JSON.stringify(row));
    return ordered ? found : found.sort();
  };
  for (const [question, control, defect] of cases) {
    (defect === undefined ? it : it.skip)(
      defect === undefined ? question : `${question} (defect: ${defect})`,
      async () => {
        const { sql, params } = compile(understand(question, index())[0]!.plan, index().schema);
        const ordered = control.includes("ORDER BY");
        const expected = await rows(ordered, control);
        expect(expected, "the control").to.have.length.above(0);
        expect(await rows(ordered, sql, params), sql).to.deep.equal(expected);
      },
    );
  }
}
