-- How many there are of something.

-- How many customers do we have?
-- number of clients
-- count the customers
-- what's our total number of customers
SELECT count(*) FROM customers;

-- How many orders were placed?
-- total number of orders
SELECT count(*) FROM orders;

-- how many products are there
-- count of articles
SELECT count(*) FROM products;

-- How many customers come from Germany?
-- number of german customers
-- how many clients do we have in Germany
SELECT count(*) FROM customers WHERE country = 'Germany';

-- How many people live in Paris or Lyon?
SELECT count(*) FROM customers WHERE city IN ('Paris', 'Lyon');

-- how many orders have been delivered
-- number of delivered orders
SELECT count(*) FROM orders WHERE status = 'delivered';

-- How many orders are not delivered yet?
SELECT count(*) FROM orders WHERE status <> 'delivered';

-- How many different countries do our customers come from?
-- in how many countries do we have customers
SELECT count(DISTINCT country) FROM customers;

-- How many cities are there in the United States?
SELECT count(DISTINCT city) FROM customers WHERE country = 'United States';

-- How many products cost less than 20 euros?
-- number of products under 20
SELECT count(*) FROM products WHERE price < 20;

-- How many products are out of stock?
SELECT count(*) FROM products WHERE stock = 0;

-- how many electronics products do we sell
-- number of products in Electronics
SELECT count(*) FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Electronics';

-- How many orders did customers from Sweden place?
-- number of orders from Sweden
SELECT count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'Sweden';

-- How many customers have placed at least one order?
-- number of customers that ordered something
-- how many clients have bought from us
SELECT count(DISTINCT customer_id) FROM orders;

-- How many customers have never ordered anything?
-- number of customers without orders
SELECT count(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);

-- How many customers have ordered more than 10 times?
-- number of customers with more than 10 orders
SELECT count(*) FROM (SELECT customer_id FROM orders GROUP BY 1 HAVING count(*) > 10) AS many;

-- How many products were not sold in 2023?
SELECT count(*) FROM products WHERE id NOT IN (SELECT product_id FROM order_items JOIN orders o ON o.id = order_id WHERE extract(year FROM ordered_at) = 2023);

-- How many orders contain a toy?
-- number of orders with products of the category Toys
SELECT count(DISTINCT order_id) FROM order_items i JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = 'Toys';

-- How many customers bought something from Music?
SELECT count(DISTINCT customer_id) FROM orders o JOIN order_items i ON order_id = o.id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = 'Music';

-- How many different products were bought by customers in Poland?
SELECT count(DISTINCT product_id) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id WHERE country = 'Poland';

-- How many products cost more than the average?
-- number of products above the average price
SELECT count(*) FROM products WHERE price > (SELECT avg(price) FROM products);

-- how many orders were cancelled by customers from Berlin
SELECT count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE city = 'Berlin' AND status = 'cancelled';

-- How many items does order 100 have?
SELECT count(*) FROM order_items WHERE order_id = 100;
