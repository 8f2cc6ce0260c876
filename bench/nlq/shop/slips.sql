-- Typing errors, odd case, chatty or clipped phrasing, and other words for the same.

-- how many custmers are in Germny
-- HOW MANY CUSTOMERS ARE IN GERMANY???
-- pls tell me the number of customers we have got in Germany, thanks
SELECT count(*) FROM customers WHERE country = 'Germany';

-- averge price of prodcts
-- avg price products
SELECT avg(price) FROM products;

-- ordres with status shiped
-- orders shipped
SELECT id FROM orders WHERE status = 'shipped';

-- products in electroncs
-- stuff in the electronics category
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Electronics';

-- revenu per contry
-- turnover by country
-- income per country
SELECT country, sum(quantity * unit_price) FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id GROUP BY country;

-- which purchasers are based in Amsterdam
-- Amsterdam customers
-- who lives in amsterdm
SELECT name FROM customers WHERE city = 'Amsterdam';

-- I'd like to see the mail addresses of all customers in Vienna please
-- vienna customer emails
SELECT email FROM customers WHERE city = 'Vienna';

-- could you list the ten priciest goods?
-- 10 dearest products
SELECT name FROM products ORDER BY price DESC LIMIT 10;

-- #customers
-- customer count
SELECT count(*) FROM customers;

-- UK customers
-- customers in the U.K.
-- british customers
SELECT name FROM customers WHERE country = 'United Kingdom';

-- customers in the USA
-- how about the american customers, who are they
SELECT name FROM customers WHERE country = 'United States';

-- number of purchases per client
-- order count per customer
SELECT c.name, count(*) FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id;

-- kitchen products under 10 bucks
-- Home & Kitchen products below 10 dollars
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Home & Kitchen' AND price < 10;

-- what do we sell in stationary
-- stationery articles
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Stationery';

-- how many purchases were sent back
-- how many orders got returned
SELECT count(*) FROM orders WHERE status = 'returned';
