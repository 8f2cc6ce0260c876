-- What was asked before, then >> and what is asked now.

-- How many customers are in Germany? >> and in France?
-- How many customers are in Germany? >> What about France?
SELECT count(*) FROM customers WHERE country = 'France';

-- customers in Berlin >> and in Munich?
-- customers in Berlin >> how about Munich
SELECT name FROM customers WHERE city = 'Munich';

-- customers in Sweden >> sort by name
-- customers in Sweden >> sorted by name
SELECT name FROM customers WHERE country = 'Sweden' ORDER BY name;

-- list all toys >> only those under 20 euros
-- list all toys >> which of them cost less than 20?
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Toys' AND price < 20;

-- products in Garden >> the 3 most expensive ones
-- products in Garden >> top 3 by price
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Garden' ORDER BY price DESC LIMIT 3;

-- orders from Japan >> how many are there?
-- orders from Japan >> how many?
SELECT count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'Japan';

-- total revenue >> by country
-- total revenue >> per country
-- total revenue >> break it down by country
SELECT country, sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id GROUP BY country;

-- revenue by category >> only for 2024
-- revenue by category >> just in 2024
SELECT c.name, sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01' GROUP BY c.id;

-- How many orders were placed in 2024? >> and in 2023?
-- How many orders were placed in 2024? >> what about 2023
SELECT count(*) FROM orders WHERE ordered_at >= '2023-01-01' AND ordered_at < '2024-01-01';

-- How many orders are there for each status? >> only for customers from Spain
SELECT status, count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'Spain' GROUP BY status;

-- top 5 customers by revenue >> and the top 10?
SELECT c.name FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id GROUP BY c.id ORDER BY sum(quantity * unit_price) DESC LIMIT 10;

-- customers per country >> only those with more than 50
-- customers per country >> where it is more than 50
SELECT country, count(*) FROM customers GROUP BY country HAVING count(*) > 50;

-- average price of furniture >> and of books?
-- average price of furniture >> same for books
SELECT avg(price) FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Books';

-- customers from France >> who of them have never ordered?
-- customers from France >> those without orders
SELECT name FROM customers WHERE country = 'France' AND id NOT IN (SELECT customer_id FROM orders);

-- pending orders >> from Germany only
SELECT o.id FROM orders o JOIN customers c ON c.id = customer_id WHERE status = 'pending' AND country = 'Germany';

-- products over 500 euros >> show their categories too
SELECT p.name, c.name FROM products p JOIN categories c ON c.id = category_id WHERE price > 500;

-- revenue last quarter >> and this quarter?
SELECT sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id WHERE ordered_at >= '2025-04-01' AND ordered_at < '2025-07-01';
