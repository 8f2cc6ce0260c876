-- Points and spans of time. It is midnight, the 30th of June 2025, UTC.

-- How many orders were placed in 2024?
-- number of orders in the year 2024
SELECT count(*) FROM orders WHERE ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01';

-- How many orders did we get last year?
-- orders last year, how many
SELECT count(*) FROM orders WHERE ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01';

-- How many orders have we had this year?
-- number of orders this year
SELECT count(*) FROM orders WHERE ordered_at >= '2025-01-01' AND ordered_at < '2026-01-01';

-- revenue last quarter
-- What were our sales in the last quarter?
-- how much did we make in the previous quarter
SELECT sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id WHERE ordered_at >= '2025-01-01' AND ordered_at < '2025-04-01';

-- revenue this quarter
-- revenue in the current quarter
SELECT sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id WHERE ordered_at >= '2025-04-01' AND ordered_at < '2025-07-01';

-- How many orders were there last month?
-- number of orders in the previous month
SELECT count(*) FROM orders WHERE ordered_at >= '2025-05-01' AND ordered_at < '2025-06-01';

-- orders this month
-- Which orders were placed this month?
SELECT id FROM orders WHERE ordered_at >= '2025-06-01' AND ordered_at < '2025-07-01';

-- orders of last week
-- Which orders came in last week?
SELECT id FROM orders WHERE ordered_at >= '2025-06-23' AND ordered_at < '2025-06-30';

-- orders of yesterday
-- What was ordered yesterday? Show the orders
SELECT id FROM orders WHERE ordered_at >= '2025-06-29' AND ordered_at < '2025-06-30';

-- revenue in the last 30 days
-- sales of the past 30 days
SELECT sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id WHERE ordered_at >= '2025-05-31';

-- number of orders in the last 7 days
SELECT count(*) FROM orders WHERE ordered_at >= '2025-06-23';

-- orders in the past three months, how many
-- How many orders have there been in the last 3 months?
SELECT count(*) FROM orders WHERE ordered_at >= '2025-03-30';

-- How many customers joined in 2023?
-- number of customers created in 2023
-- how many people signed up in 2023
SELECT count(*) FROM customers WHERE created_at >= '2023-01-01' AND created_at < '2024-01-01';

-- Which customers signed up in March 2024?
-- customers created in march 2024
SELECT name FROM customers WHERE created_at >= '2024-03-01' AND created_at < '2024-04-01';

-- orders placed on 2024-11-05
-- Which orders were placed on 5 November 2024?
-- orders on November 5th, 2024
SELECT id FROM orders WHERE ordered_at >= '2024-11-05' AND ordered_at < '2024-11-06';

-- orders between 1 March 2025 and 15 March 2025
-- orders from 2025-03-01 to 2025-03-15
SELECT id FROM orders WHERE ordered_at >= '2025-03-01' AND ordered_at < '2025-03-16';

-- How many orders since March 2025?
-- number of orders since the beginning of March 2025
SELECT count(*) FROM orders WHERE ordered_at >= '2025-03-01';

-- orders before April 2023
SELECT id FROM orders WHERE ordered_at < '2023-04-01';

-- How many orders were placed before 2024?
SELECT count(*) FROM orders WHERE ordered_at < '2024-01-01';

-- How many orders were placed after 2024?
SELECT count(*) FROM orders WHERE ordered_at >= '2025-01-01';

-- revenue in the first quarter of 2024
-- sales in Q1 2024
SELECT sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id WHERE ordered_at >= '2024-01-01' AND ordered_at < '2024-04-01';

-- revenue in December 2024
-- How much did we sell in december 2024?
SELECT sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id WHERE ordered_at >= '2024-12-01' AND ordered_at < '2025-01-01';

-- orders per year
-- How many orders did we have each year?
SELECT extract(year FROM ordered_at), count(*) FROM orders GROUP BY 1;

-- revenue by year
-- annual sales
SELECT extract(year FROM ordered_at), sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id GROUP BY 1;

-- new customers per year
SELECT extract(year FROM created_at), count(*) FROM customers GROUP BY 1;

-- orders per month in 2024
-- monthly number of orders in 2024
SELECT date_trunc('month', ordered_at), count(*) FROM orders WHERE extract(year FROM ordered_at) = 2024 GROUP BY 1;

-- revenue per month in 2025
-- monthly revenue this year
SELECT date_trunc('month', ordered_at), sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id WHERE extract(year FROM ordered_at) = 2025 GROUP BY 1;

-- Which year had the most orders?
SELECT extract(year FROM ordered_at) FROM orders GROUP BY 1 ORDER BY count(*) DESC LIMIT 1;

-- best month by revenue
-- In which month did we make the most money?
SELECT date_trunc('month', ordered_at) FROM order_items JOIN orders o ON o.id = order_id GROUP BY 1 ORDER BY sum(quantity * unit_price) DESC LIMIT 1;

-- top 5 customers by revenue in 2024
-- Who were the five customers that spent most last year?
SELECT c.name FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id WHERE ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01' GROUP BY c.id ORDER BY sum(quantity * unit_price) DESC LIMIT 5;

-- revenue by category last year
-- sales per category in 2024
SELECT c.name, sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01' GROUP BY c.id;

-- Which customers have not ordered anything this year?
-- customers without an order in 2025
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE ordered_at >= '2025-01-01');

-- customers who ordered in May 2025
-- Who bought something last month?
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE ordered_at >= '2025-05-01' AND ordered_at < '2025-06-01');

-- cancelled orders this year
SELECT id FROM orders WHERE status = 'cancelled' AND ordered_at >= '2025-01-01' AND ordered_at < '2026-01-01';

-- orders from Germany in June 2024
SELECT o.id FROM orders o JOIN customers c ON c.id = customer_id WHERE country = 'Germany' AND ordered_at >= '2024-06-01' AND ordered_at < '2024-07-01';
