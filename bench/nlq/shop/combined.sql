-- Several of these at once.

-- top 2 cities by number of orders in Germany
-- the two German cities with the most orders
SELECT city FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'Germany' GROUP BY city ORDER BY count(*) DESC LIMIT 2;

-- Which category earns most in the United States?
-- best category by revenue in the United States
SELECT ca.name FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id JOIN products p ON p.id = product_id JOIN categories ca ON ca.id = category_id WHERE country = 'United States' GROUP BY ca.id ORDER BY sum(quantity * unit_price) DESC LIMIT 1;

-- revenue from books in Germany
-- How much did German customers spend on books?
SELECT sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id JOIN products p ON p.id = product_id JOIN categories ca ON ca.id = category_id WHERE country = 'Germany' AND ca.name = 'Books';

-- revenue per category for customers in France
SELECT ca.name, sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id JOIN products p ON p.id = product_id JOIN categories ca ON ca.id = category_id WHERE country = 'France' GROUP BY ca.id;

-- countries with more than 100 orders sorted by number of orders, most first
SELECT country FROM orders JOIN customers c ON c.id = customer_id GROUP BY country HAVING count(*) > 100 ORDER BY count(*) DESC;

-- number of delivered orders per country in 2024
SELECT country, count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE status = 'delivered' AND extract(year FROM ordered_at) = 2024 GROUP BY country;

-- average price of products that are in stock per category
SELECT c.name, avg(price) FROM products p JOIN categories c ON c.id = category_id WHERE stock > 0 GROUP BY c.id;

-- customers from Italy with at least 5 orders
-- Italian clients who ordered 5 times or more
SELECT c.name FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'Italy' GROUP BY c.id HAVING count(*) >= 5;

-- four best selling toys by pieces
-- top 4 toys by quantity sold
SELECT p.name FROM order_items JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = 'Toys' GROUP BY p.id ORDER BY sum(quantity) DESC LIMIT 4;

-- customers in Paris who joined before 2024
SELECT name FROM customers WHERE city = 'Paris' AND created_at < '2024-01-01';

-- number of orders per customer in Tokyo, highest first
SELECT c.name, count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE city = 'Tokyo' GROUP BY c.id ORDER BY 2 DESC;

-- name, city and country of the customers with more than 15 orders
SELECT c.name, city, country FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id HAVING count(*) > 15;

-- products with their category and stock where stock is below 10
SELECT p.name, c.name, stock FROM products p JOIN categories c ON c.id = category_id WHERE stock < 10;

-- orders with the name of the customer for orders placed yesterday
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = customer_id WHERE ordered_at >= '2025-06-29' AND ordered_at < '2025-06-30';

-- orders with more than 3 items
-- Which orders have over 3 different products?
SELECT order_id FROM order_items GROUP BY order_id HAVING count(*) > 3;

-- monthly revenue from Germany in 2024
SELECT date_trunc('month', ordered_at), sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id WHERE country = 'Germany' AND extract(year FROM ordered_at) = 2024 GROUP BY 1;

-- Which customers from Spain spent more than 3000 in 2024?
SELECT c.name FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id WHERE country = 'Spain' AND extract(year FROM ordered_at) = 2024 GROUP BY c.id HAVING sum(quantity * unit_price) > 3000;

-- total quantity of guitars sold per country
SELECT country, sum(quantity) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id JOIN products p ON p.id = product_id WHERE p.name ILIKE '%guitar%' GROUP BY country;

-- the most expensive product of each category
-- most expensive product per category
SELECT c.name, p.name FROM products p JOIN categories c ON c.id = category_id WHERE price = (SELECT max(price) FROM products o WHERE o.category_id = c.id);

-- customers who ordered more than 3 times in 2025
SELECT c.name FROM orders JOIN customers c ON c.id = customer_id WHERE ordered_at >= '2025-01-01' AND ordered_at < '2026-01-01' GROUP BY c.id HAVING count(*) > 3;

-- average number of items in orders from Switzerland
SELECT avg(items) FROM (SELECT count(*) AS items FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id WHERE country = 'Switzerland' GROUP BY order_id) AS counts;

-- cities where customers live who never ordered
SELECT DISTINCT city FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);

-- products that cost over 300 or have more than 390 pieces in stock
SELECT name FROM products WHERE price > 300 OR stock > 390;

-- customers from Berlin or who signed up in June 2024
SELECT name FROM customers WHERE city = 'Berlin' OR created_at >= '2024-06-01' AND created_at < '2024-07-01';
