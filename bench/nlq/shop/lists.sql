-- Rows and single values, with filters by values, ranges, negation and patterns.

-- Which customers live in Berlin?
-- show me everyone from Berlin
-- clients located in berlin
SELECT name FROM customers WHERE city = 'Berlin';

-- List the customers from France or Spain
-- french and spanish customers
SELECT name FROM customers WHERE country IN ('France', 'Spain');

-- Which customers are not from Germany?
-- customers outside Germany
SELECT name FROM customers WHERE country <> 'Germany';

-- customers in Germany who do not live in Berlin or Munich
SELECT name FROM customers WHERE country = 'Germany' AND city NOT IN ('Berlin', 'Munich');

-- emails of our customers in Tokyo
-- What are the email addresses of the people in Tokyo?
SELECT email FROM customers WHERE city = 'Tokyo';

-- Where does the customer with the email anna.nowak3@example.com live?
SELECT city FROM customers WHERE email = 'anna.nowak3@example.com';

-- customers whose name starts with Z
SELECT name FROM customers WHERE name LIKE 'Z%';

-- customers with O'Brien in their name
-- find the O'Briens
SELECT name FROM customers WHERE name LIKE '%O''Brien%';

-- Which products cost more than 500?
-- products over $500
-- articles priced above 500 euros
SELECT name FROM products WHERE price > 500;

-- products that cost at most 5
-- items for 5 or less
SELECT name FROM products WHERE price <= 5;

-- products between 100 and 120 euros
-- Which products have a price from 100 to 120?
SELECT name FROM products WHERE price BETWEEN 100 AND 120;

-- Which products are out of stock?
-- sold out products
-- what do we have zero stock of?
SELECT name FROM products WHERE stock = 0;

-- products with fewer than 20 pieces left in stock
SELECT name FROM products WHERE stock < 20;

-- products that are in stock and cheaper than 8
SELECT name FROM products WHERE stock > 0 AND price < 8;

-- How much does the Nordic Desk cost?
-- price of Nordic Desk
SELECT price FROM products WHERE name = 'Nordic Desk';

-- products with guitar in the name
-- all kinds of guitars
SELECT name FROM products WHERE name ILIKE '%guitar%';

-- Show name and price of all products in Garden
-- garden products with their prices
SELECT p.name, price FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Garden';

-- Which products belong to the category Toys?
-- list all toys
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Toys';

-- products of Books and Stationery under 10 euros
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name IN ('Books', 'Stationery') AND price < 10;

-- Which furniture is not in stock?
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Furniture' AND stock = 0;

-- What category does the Vintage Drum belong to?
-- category of Vintage Drum
SELECT c.name FROM products p JOIN categories c ON c.id = category_id WHERE p.name = 'Vintage Drum';

-- What categories do we have?
-- names of the categories
SELECT name FROM categories;

-- describe the category Electronics
-- What is the description of Electronics?
SELECT description FROM categories WHERE name = 'Electronics';

-- Which orders are pending?
-- open orders that are still pending
SELECT id FROM orders WHERE status = 'pending';

-- all returned or cancelled orders
-- orders that were cancelled or sent back as returned
SELECT id FROM orders WHERE status IN ('returned', 'cancelled');

-- orders that are neither delivered nor shipped
SELECT id FROM orders WHERE status NOT IN ('delivered', 'shipped');

-- What is the status of order 42?
-- status of the order with id 42
SELECT status FROM orders WHERE id = 42;

-- Who placed order 42?
-- name of the customer of order 42
SELECT name FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.id = 42;

-- Which products are in order 42?
-- what was bought with order 42
SELECT p.name FROM order_items i JOIN products p ON p.id = product_id WHERE order_id = 42;

-- orders of customers from Japan
-- Which orders came from Japan?
SELECT o.id FROM orders o JOIN customers c ON c.id = customer_id WHERE country = 'Japan';

-- pending orders from Canada
SELECT o.id FROM orders o JOIN customers c ON c.id = customer_id WHERE country = 'Canada' AND status = 'pending';

-- In which countries do we have customers?
-- list the different countries
SELECT DISTINCT country FROM customers;

-- Which cities in Italy do our customers live in?
-- distinct italian cities
SELECT DISTINCT city FROM customers WHERE country = 'Italy';

-- all possible order statuses
-- What are the different statuses of orders?
SELECT DISTINCT status FROM orders;

-- customers from Glasgow with their email
-- name and email of people in Glasgow
SELECT name, email FROM customers WHERE city = 'Glasgow';

-- Are there order items with a quantity above 4? Show them
-- order items with more than 4 pieces
SELECT id FROM order_items WHERE quantity > 4;

-- order items with a unit price above 850
SELECT id FROM order_items WHERE unit_price > 850;
