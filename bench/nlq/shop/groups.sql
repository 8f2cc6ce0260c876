-- One row a group, and conditions on groups.

-- How many customers are there in each country?
-- customers per country
-- number of clients by country
-- break down customers by country
SELECT country, count(*) FROM customers GROUP BY country;

-- number of customers in each German city
-- German customers by city
SELECT city, count(*) FROM customers WHERE country = 'Germany' GROUP BY city;

-- orders by status
-- How many orders are there for each status?
SELECT status, count(*) FROM orders GROUP BY status;

-- How many products does each category have?
-- number of products per category
SELECT c.name, count(*) FROM products p JOIN categories c ON c.id = category_id GROUP BY c.id;

-- average price per category
-- What is the mean price in every category?
SELECT c.name, avg(price) FROM products p JOIN categories c ON c.id = category_id GROUP BY c.id;

-- cheapest and most expensive price by category
-- min and max price of each category
SELECT c.name, min(price), max(price) FROM products p JOIN categories c ON c.id = category_id GROUP BY c.id;

-- stock by category
-- total stock per category
SELECT c.name, sum(stock) FROM products p JOIN categories c ON c.id = category_id GROUP BY c.id;

-- revenue by category
-- sales per product category
-- How much did each category bring in?
SELECT c.name, sum(quantity * unit_price) FROM order_items JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id GROUP BY c.id;

-- revenue per country
-- total sales by country
-- What did each country spend?
SELECT country, sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id GROUP BY country;

-- revenue by country, highest first
-- countries sorted by revenue from highest to lowest, with the revenue
SELECT country, sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id GROUP BY country ORDER BY 2 DESC;

-- number of orders per country
-- how many orders did each country place
SELECT country, count(*) FROM orders JOIN customers c ON c.id = customer_id GROUP BY country;

-- number of orders per city in France
SELECT city, count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'France' GROUP BY city;

-- How many pieces of each product were sold?
-- quantity sold per product
SELECT p.name, sum(quantity) FROM order_items JOIN products p ON p.id = product_id GROUP BY p.id;

-- total spent by each customer
-- How much has every customer spent?
SELECT c.name, sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id GROUP BY c.id;

-- number of orders of each customer in Sweden
SELECT c.name, count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'Sweden' GROUP BY c.id;

-- Which countries have more than 50 customers?
-- countries with over 50 clients
SELECT country FROM customers GROUP BY country HAVING count(*) > 50;

-- Which countries have fewer than 20 customers?
SELECT country FROM customers GROUP BY country HAVING count(*) < 20;

-- cities with at least 20 customers
-- cities where 20 or more of our customers live
SELECT city FROM customers GROUP BY city HAVING count(*) >= 20;

-- Which customers have placed more than 15 orders?
-- customers with over 15 orders
SELECT c.name FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id HAVING count(*) > 15;

-- customers with exactly 12 orders
SELECT c.name FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id HAVING count(*) = 12;

-- Which customers spent more than 15000?
-- clients with a revenue above 15,000
SELECT c.name FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id GROUP BY c.id HAVING sum(quantity * unit_price) > 15000;

-- products of which more than 80 pieces were sold
-- Which products have sold over 80 pieces?
SELECT p.name FROM order_items JOIN products p ON p.id = product_id GROUP BY p.id HAVING sum(quantity) > 80;

-- categories with an average price above 200
-- Which categories have a mean price over 200 euros?
SELECT c.name FROM products p JOIN categories c ON c.id = category_id GROUP BY c.id HAVING avg(price) > 200;

-- orders worth more than 5000
-- Which orders have a total over 5000?
SELECT order_id FROM order_items GROUP BY order_id HAVING sum(quantity * unit_price) > 5000;

-- average order value per country
-- What is the average value of an order in each country?
SELECT country, avg(total) FROM (SELECT order_id, sum(quantity * unit_price) AS total FROM order_items GROUP BY order_id) AS totals JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id GROUP BY country;

-- number of pending orders per country
SELECT country, count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE status = 'pending' GROUP BY country;

-- number of orders by country and status
-- orders per country and per status
SELECT country, status, count(*) FROM orders JOIN customers c ON c.id = customer_id GROUP BY country, status;

-- how many sold out products are there per category
SELECT c.name, count(*) FROM products p JOIN categories c ON c.id = category_id WHERE stock = 0 GROUP BY c.id;

-- How many different customers ordered from each category?
-- number of distinct buyers per category
SELECT c.name, count(DISTINCT customer_id) FROM order_items JOIN orders o ON o.id = order_id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id GROUP BY c.id;

-- countries ordered by number of customers, fewest first
SELECT country FROM customers GROUP BY country ORDER BY count(*);

-- revenue per status
SELECT status, sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id GROUP BY status;
