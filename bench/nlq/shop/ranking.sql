-- The most and the least, the first n, and sorting.

-- What is the most expensive product?
-- priciest product
-- which article costs most
SELECT name FROM products ORDER BY price DESC LIMIT 1;

-- cheapest product
-- Which product has the lowest price?
SELECT name FROM products ORDER BY price LIMIT 1;

-- the 5 most expensive products
-- top five products by price
SELECT name FROM products ORDER BY price DESC LIMIT 5;

-- three cheapest electronics products
-- the 3 cheapest products in Electronics
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Electronics' ORDER BY price LIMIT 3;

-- most expensive book
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Books' ORDER BY price DESC LIMIT 1;

-- Which customer has placed the most orders?
-- who orders most often
-- client with the highest number of orders
SELECT c.name FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id ORDER BY count(*) DESC LIMIT 1;

-- top 5 customers by revenue
-- our five best clients by sales
-- Which 5 customers spent the most money?
SELECT c.name FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id GROUP BY c.id ORDER BY sum(quantity * unit_price) DESC LIMIT 5;

-- top 10 customers by total spending with the amount
SELECT c.name, sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id GROUP BY c.id ORDER BY 2 DESC LIMIT 10;

-- Who is the best customer in Spain by revenue?
SELECT c.name FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id WHERE country = 'Spain' GROUP BY c.id ORDER BY sum(quantity * unit_price) DESC LIMIT 1;

-- Which country has the most customers?
-- country with most clients
SELECT country FROM customers GROUP BY country ORDER BY count(*) DESC LIMIT 1;

-- Which country has the fewest customers?
SELECT country FROM customers GROUP BY country ORDER BY count(*) LIMIT 1;

-- top 3 countries by number of customers
SELECT country FROM customers GROUP BY country ORDER BY count(*) DESC LIMIT 3;

-- Which country spends most?
-- country with the highest revenue
SELECT country FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id GROUP BY country ORDER BY sum(quantity * unit_price) DESC LIMIT 1;

-- Which country placed the most orders?
SELECT country FROM orders JOIN customers c ON c.id = customer_id GROUP BY country ORDER BY count(*) DESC LIMIT 1;

-- best selling product by quantity
-- Which product was sold most often in pieces?
-- product with the largest quantity sold
SELECT p.name FROM order_items JOIN products p ON p.id = product_id GROUP BY p.id ORDER BY sum(quantity) DESC LIMIT 1;

-- top 3 products by revenue
-- Which three products brought in the most money?
SELECT p.name FROM order_items JOIN products p ON p.id = product_id GROUP BY p.id ORDER BY sum(quantity * unit_price) DESC LIMIT 3;

-- Which category has the highest revenue?
-- category that sells best by revenue
SELECT c.name FROM order_items JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id GROUP BY c.id ORDER BY sum(quantity * unit_price) DESC LIMIT 1;

-- category with the lowest average price
-- Which category is cheapest on average?
SELECT c.name FROM products p JOIN categories c ON c.id = category_id GROUP BY c.id ORDER BY avg(price) LIMIT 1;

-- categories from most to least expensive on average
-- categories sorted by average price, descending
SELECT c.name FROM products p JOIN categories c ON c.id = category_id GROUP BY c.id ORDER BY avg(price) DESC;

-- Which status is most common?
-- most frequent order status
SELECT status FROM orders GROUP BY status ORDER BY count(*) DESC LIMIT 1;

-- latest 10 orders
-- the ten most recent orders
SELECT id FROM orders ORDER BY ordered_at DESC LIMIT 10;

-- Which order was placed first?
-- the oldest order
SELECT id FROM orders ORDER BY ordered_at LIMIT 1;

-- newest customer
-- Who signed up last?
SELECT name FROM customers ORDER BY created_at DESC LIMIT 1;

-- our five longest-standing customers
-- first 5 customers to join
SELECT name FROM customers ORDER BY created_at LIMIT 5;

-- biggest order by value
-- Which order had the highest total?
SELECT order_id FROM order_items GROUP BY order_id ORDER BY sum(quantity * unit_price) DESC LIMIT 1;

-- five largest orders with their totals
SELECT order_id, sum(quantity * unit_price) FROM order_items GROUP BY order_id ORDER BY 2 DESC LIMIT 5;

-- book with the largest stock
-- Which book do we have most of in stock?
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Books' ORDER BY stock DESC LIMIT 1;

-- all products sorted by price
-- products from cheapest to dearest
SELECT name FROM products ORDER BY price;

-- customers from Sweden in alphabetical order
-- Swedish customers sorted by name
SELECT name FROM customers WHERE country = 'Sweden' ORDER BY name;

-- toys by price, most expensive first
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Toys' ORDER BY price DESC;

-- second most expensive product
SELECT name FROM products ORDER BY price DESC LIMIT 1 OFFSET 1;
