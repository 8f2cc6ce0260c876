-- How the people of one shop would ask: punters are customers, baskets orders, gear products, aisles categories. A basket is
-- parked while it is pending, binned when it was cancelled, boomeranged when it was returned, rolling when it was shipped, and
-- landed when it was delivered. Gizmos are electronics, threads is clothing, the boot is Italy. A sticker is a price, the
-- backroom what is in stock, a handle an e-mail address.

-- How many punters do we have?
-- number of punters
SELECT count(*) FROM customers;

-- How many punters are there in France?
-- count the French punters
SELECT count(*) FROM customers WHERE country = 'France';

-- List the punters from Berlin.
-- Which punters live in Berlin?
SELECT name FROM customers WHERE city = 'Berlin';

-- Show the number of punters per country.
-- punters by country
SELECT country, count(*) FROM customers GROUP BY country;

-- Which punters joined in 2024?
SELECT name FROM customers WHERE created_at >= '2024-01-01' AND created_at < '2025-01-01';

-- How many punters are from the boot?
-- number of punters in the boot
SELECT count(*) FROM customers WHERE country = 'Italy';

-- List the punters in the boot.
SELECT name FROM customers WHERE country = 'Italy';

-- How many cities in the boot do we have punters in?
SELECT count(DISTINCT city) FROM customers WHERE country = 'Italy';

-- Which cities in the boot do punters live in?
SELECT DISTINCT city FROM customers WHERE country = 'Italy';

-- How many orders came from the boot?
-- number of baskets from the boot
SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.country = 'Italy';

-- How many baskets are there?
-- number of baskets
SELECT count(*) FROM orders;

-- How many baskets were ordered in 2024?
-- number of baskets in 2024
SELECT count(*) FROM orders WHERE ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01';

-- Show the number of baskets per status.
-- baskets by status
SELECT status, count(*) FROM orders GROUP BY status;

-- Show the number of baskets per month.
SELECT to_char(ordered_at, 'YYYY-MM') AS month, count(*) FROM orders GROUP BY 1;

-- How many baskets did customers from Germany place?
-- number of baskets from Germany
SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.country = 'Germany';

-- Which punters have no baskets?
-- punters without baskets
SELECT name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id);

-- How many baskets are parked?
-- number of parked baskets
-- How many orders are parked?
SELECT count(*) FROM orders WHERE status = 'pending';

-- List the parked baskets of 2025.
-- Show parked orders from 2025.
SELECT * FROM orders WHERE status = 'pending' AND ordered_at >= '2025-01-01' AND ordered_at < '2026-01-01';

-- How many parked baskets are there in Germany?
SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'pending' AND c.country = 'Germany';

-- Which customers have parked orders?
-- Which punters have parked baskets?
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'pending');

-- How many orders were binned?
-- number of binned baskets
SELECT count(*) FROM orders WHERE status = 'cancelled';

-- How many orders were binned in 2024?
-- number of binned baskets in 2024
SELECT count(*) FROM orders WHERE status = 'cancelled' AND ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01';

-- Which customers have binned orders?
-- Which punters have binned baskets?
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'cancelled');

-- How many binned orders are there per country?
SELECT c.country, count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'cancelled' GROUP BY c.country;

-- How many binned baskets came from France?
SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'cancelled' AND c.country = 'France';

-- How many orders have boomeranged?
-- number of boomeranged orders
SELECT count(*) FROM orders WHERE status = 'returned';

-- How many orders boomeranged in 2024?
-- number of boomeranged baskets in 2024
SELECT count(*) FROM orders WHERE status = 'returned' AND ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01';

-- How many boomeranged orders came from Germany?
SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'returned' AND c.country = 'Germany';

-- Show the boomeranged orders per country.
-- number of boomeranged baskets by country
SELECT c.country, count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'returned' GROUP BY c.country;

-- Which customers have boomeranged orders?
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'returned');

-- How many rolling orders are there?
-- number of rolling baskets
SELECT count(*) FROM orders WHERE status = 'shipped';

-- How many rolling orders are from Spain?
-- number of rolling baskets from Spain
SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'shipped' AND c.country = 'Spain';

-- List the rolling orders of 2025.
SELECT * FROM orders WHERE status = 'shipped' AND ordered_at >= '2025-01-01' AND ordered_at < '2026-01-01';

-- Which customers have rolling orders?
-- Which punters have rolling baskets?
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'shipped');

-- How many rolling baskets are there per city?
SELECT c.city, count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'shipped' GROUP BY c.city;

-- How many orders have landed?
-- number of landed baskets
SELECT count(*) FROM orders WHERE status = 'delivered';

-- How many orders landed in 2024?
SELECT count(*) FROM orders WHERE status = 'delivered' AND ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01';

-- How many landed orders are there per country?
-- number of landed baskets by country
SELECT c.country, count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'delivered' GROUP BY c.country;

-- Which customers have landed orders?
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'delivered');

-- How many landed orders came from Poland?
SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'delivered' AND c.country = 'Poland';

-- How much gear do we have?
-- How many pieces of gear are there?
SELECT count(*) FROM products;

-- Which gear costs more than 100?
-- gear over 100 euros
SELECT name FROM products WHERE price > 100;

-- What is the most expensive gear?
SELECT name FROM products ORDER BY price DESC LIMIT 1;

-- List the gear that was never ordered.
-- gear without orders
SELECT name FROM products p WHERE NOT EXISTS (SELECT 1 FROM order_items i WHERE i.product_id = p.id);

-- number of gear per category
-- How much gear is in each category?
SELECT c.name, count(*) FROM products p JOIN categories c ON c.id = p.category_id GROUP BY c.id;

-- List all gear.
-- Show the gear.
SELECT name FROM products;

-- gear sorted by price
-- List the gear from cheapest to most expensive.
SELECT name, price FROM products ORDER BY price;

-- List the cheapest gear.
SELECT name FROM products ORDER BY price LIMIT 1;

-- Which gear is in Electronics?
-- gear in the category Electronics
SELECT p.name FROM products p JOIN categories c ON c.id = p.category_id WHERE c.name = 'Electronics';

-- List the aisles.
-- What aisles are there?
SELECT name FROM categories;

-- How many aisles do we have?
-- number of aisles
SELECT count(*) FROM categories;

-- How many products are in each aisle?
-- number of products per aisle
SELECT c.name, count(*) FROM products p JOIN categories c ON c.id = p.category_id GROUP BY c.id, c.name;

-- Which aisle has the most products?
SELECT c.name FROM products p JOIN categories c ON c.id = p.category_id GROUP BY c.id ORDER BY count(*) DESC LIMIT 1;

-- average price per aisle
-- What is the average price of the products in each aisle?
SELECT c.name, avg(p.price) FROM products p JOIN categories c ON c.id = p.category_id GROUP BY c.id;

-- How many gizmos do we sell?
-- number of gizmos
SELECT count(*) FROM products p JOIN categories c ON c.id = p.category_id WHERE c.name = 'Electronics';

-- List the products among the gizmos.
-- Which products are gizmos?
SELECT p.name FROM products p JOIN categories c ON c.id = p.category_id WHERE c.name = 'Electronics';

-- What is the average price of products that are gizmos?
SELECT avg(p.price) FROM products p JOIN categories c ON c.id = p.category_id WHERE c.name = 'Electronics';

-- products that are gizmos and cost more than 100
SELECT p.name FROM products p JOIN categories c ON c.id = p.category_id WHERE c.name = 'Electronics' AND p.price > 100;

-- How many products are threads?
-- number of products in threads
SELECT count(*) FROM products p JOIN categories c ON c.id = p.category_id WHERE c.name = 'Clothing';

-- Which products are threads?
-- List the products in threads.
SELECT p.name FROM products p JOIN categories c ON c.id = p.category_id WHERE c.name = 'Clothing';

-- What is the average price of products in threads?
SELECT avg(p.price) FROM products p JOIN categories c ON c.id = p.category_id WHERE c.name = 'Clothing';

-- most expensive product in threads
SELECT p.name FROM products p JOIN categories c ON c.id = p.category_id WHERE c.name = 'Clothing' ORDER BY p.price DESC LIMIT 1;

-- What is the average sticker of products?
-- average sticker
SELECT avg(price) FROM products;

-- Which products have a sticker over 200?
-- products with a sticker above 200
SELECT name FROM products WHERE price > 200;

-- Show name and sticker of all products.
SELECT name, price FROM products;

-- What is the highest sticker?
SELECT max(price) FROM products;

-- average sticker per category
SELECT c.name, avg(p.price) FROM products p JOIN categories c ON c.id = p.category_id GROUP BY c.id, c.name;

-- Which products have a backroom below 10?
-- products with a backroom under 10
SELECT name FROM products WHERE stock < 10;

-- Show name and backroom of all products.
SELECT name, stock FROM products;

-- What is the total backroom?
-- total backroom of all products
SELECT sum(stock) FROM products;

-- total backroom per category
SELECT c.name, sum(p.stock) FROM products p JOIN categories c ON c.id = p.category_id GROUP BY c.id;

-- Which product has the largest backroom?
SELECT name FROM products ORDER BY stock DESC LIMIT 1;

-- Show the name and handle of the customers in Germany.
-- name and handle of customers from Germany
SELECT name, email FROM customers WHERE country = 'Germany';

-- What are the handles of the punters?
-- Show the handles of all punters.
SELECT email FROM customers;

-- What is the handle of Ada Lovelace?
SELECT email FROM customers WHERE name = 'Ada Lovelace';

-- List the handles of the customers in Berlin.
SELECT email FROM customers WHERE city = 'Berlin';

-- Show the handles of punters from Spain.
SELECT email FROM customers WHERE country = 'Spain';
