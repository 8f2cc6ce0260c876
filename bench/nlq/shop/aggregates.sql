-- Sums, averages, least and greatest of everything or of what meets a condition.

-- What is the average price of our products?
-- mean product price
-- how much does a product cost on average
SELECT avg(price) FROM products;

-- What is the total revenue?
-- how much money did we make in total
-- total sales in euros
SELECT sum(quantity * unit_price) FROM order_items;

-- How many pieces were sold in total?
-- total quantity sold
SELECT sum(quantity) FROM order_items;

-- What is the highest price of a product?
-- maximum price
SELECT max(price) FROM products;

-- lowest and highest price
-- What are the minimum and maximum product prices?
SELECT min(price), max(price) FROM products;

-- lowest, average and highest price in Clothing
SELECT min(price), avg(price), max(price) FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Clothing';

-- average price of furniture
-- How expensive is furniture on average?
SELECT avg(price) FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Furniture';

-- How many pieces are in the warehouse?
-- total stock
SELECT sum(stock) FROM products;

-- How many books are in stock in total?
-- total stock of Books
SELECT sum(stock) FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Books';

-- What is the value of our stock?
-- total of price times stock
SELECT sum(price * stock) FROM products;

-- What is the revenue from customers in France?
-- how much did french customers spend
-- total sales in France
SELECT sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id WHERE country = 'France';

-- revenue of the category Sports
-- How much did we sell in Sports?
SELECT sum(quantity * unit_price) FROM order_items JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = 'Sports';

-- revenue from cancelled orders
-- How much money did we lose to cancelled orders?
SELECT sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id WHERE status = 'cancelled';

-- revenue without cancelled and returned orders
-- total revenue except for cancelled or returned orders
SELECT sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id WHERE status NOT IN ('cancelled', 'returned');

-- What is the average order value?
-- average total of an order
SELECT avg(total) FROM (SELECT sum(quantity * unit_price) AS total FROM order_items GROUP BY order_id) AS totals;

-- largest order value
-- What was the value of the biggest order?
SELECT max(total) FROM (SELECT sum(quantity * unit_price) AS total FROM order_items GROUP BY order_id) AS totals;

-- average number of orders per customer who has ordered
-- How many orders does a buyer place on average?
SELECT avg(orders) FROM (SELECT count(*) AS orders FROM orders GROUP BY customer_id) AS counts;

-- How many items does an order have on average?
SELECT avg(items) FROM (SELECT count(*) AS items FROM order_items GROUP BY order_id) AS counts;

-- average quantity of order items
SELECT avg(quantity) FROM order_items;

-- average unit price of sold toys
SELECT avg(unit_price) FROM order_items JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = 'Toys';

-- When was the first order placed?
-- date of the earliest order
SELECT min(ordered_at) FROM orders;

-- When was the last order?
-- when did somebody last order something
SELECT max(ordered_at) FROM orders;

-- When did Austria place its latest order?
-- last order date of customers in Austria
SELECT max(ordered_at) FROM orders JOIN customers c ON c.id = customer_id WHERE country = 'Austria';

-- How many pieces of the Modern Kettle were sold?
-- total quantity sold of Modern Kettle
SELECT sum(quantity) FROM order_items JOIN products p ON p.id = product_id WHERE p.name = 'Modern Kettle';

-- What did customers in Zurich spend altogether?
SELECT sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id WHERE city = 'Zurich';

-- What was the total of order 77?
-- value of order 77
SELECT sum(quantity * unit_price) FROM order_items WHERE order_id = 77;
