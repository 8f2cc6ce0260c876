-- Comparison with an aggregate, things that are missing, and both of two sets.

-- Which customers have never ordered anything?
-- clients without any orders
-- customers who haven't bought anything
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);

-- customers from Germany who never ordered
-- German customers with no orders
SELECT name FROM customers WHERE country = 'Germany' AND id NOT IN (SELECT customer_id FROM orders);

-- Which customers have ordered something?
-- customers with at least one order
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders);

-- Which products cost more than the average product?
-- products with an above average price
-- products priced higher than average
SELECT name FROM products WHERE price > (SELECT avg(price) FROM products);

-- products with less stock than average
-- products whose stock is below the average stock
SELECT name FROM products WHERE stock < (SELECT avg(stock) FROM products);

-- toys that cost more than the average toy
-- Which toys are pricier than toys on average?
SELECT p.name FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Toys' AND price > (SELECT avg(price) FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Toys');

-- products more expensive than the most expensive toy
SELECT name FROM products WHERE price > (SELECT max(price) FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Toys');

-- products cheaper than every book
-- Which products cost less than the cheapest book?
SELECT name FROM products WHERE price < (SELECT min(price) FROM products p JOIN categories c ON c.id = category_id WHERE c.name = 'Books');

-- customers who bought the Nordic Desk
-- Who bought a Nordic Desk?
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders o JOIN order_items i ON order_id = o.id JOIN products p ON p.id = product_id WHERE p.name = 'Nordic Desk');

-- customers who bought something from Electronics
-- Who has bought electronics?
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders o JOIN order_items i ON order_id = o.id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = 'Electronics');

-- customers who never bought a toy
-- Which customers have not bought anything from the category Toys?
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders o JOIN order_items i ON order_id = o.id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = 'Toys');

-- customers who bought both books and toys
-- Who has bought products from Books and also from Toys?
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders o JOIN order_items i ON order_id = o.id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = 'Books') AND id IN (SELECT customer_id FROM orders o JOIN order_items i ON order_id = o.id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = 'Toys');

-- customers who bought books but no toys
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders o JOIN order_items i ON order_id = o.id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = 'Books') AND id NOT IN (SELECT customer_id FROM orders o JOIN order_items i ON order_id = o.id JOIN products p ON p.id = product_id JOIN categories c ON c.id = category_id WHERE c.name = 'Toys');

-- customers who ordered in 2023 but not in 2024
-- Which customers bought something in 2023 and nothing in 2024?
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE extract(year FROM ordered_at) = 2023) AND id NOT IN (SELECT customer_id FROM orders WHERE extract(year FROM ordered_at) = 2024);

-- customers with a cancelled order and a returned order
-- Who has both a cancelled and a returned order?
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'cancelled') AND id IN (SELECT customer_id FROM orders WHERE status = 'returned');

-- customers who have no cancelled orders
-- clients without a cancelled order
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE status = 'cancelled');

-- customers that have a pending order
-- Who is waiting for a pending order?
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'pending');

-- products that customers in Japan have bought
-- What did customers from Japan buy? List the products
SELECT name FROM products WHERE id IN (SELECT product_id FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id WHERE country = 'Japan');

-- products nobody in Germany has bought
-- products that were never bought by customers from Germany
SELECT name FROM products WHERE id NOT IN (SELECT product_id FROM order_items JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id WHERE country = 'Germany');

-- products that were not sold in 2023
-- Which products had no sales in 2023?
SELECT name FROM products WHERE id NOT IN (SELECT product_id FROM order_items JOIN orders o ON o.id = order_id WHERE extract(year FROM ordered_at) = 2023);

-- customers with more orders than the average customer who orders
SELECT c.name FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id HAVING count(*) > (SELECT avg(n) FROM (SELECT count(*) AS n FROM orders GROUP BY customer_id) AS counts);

-- countries with more customers than Spain
SELECT country FROM customers GROUP BY country HAVING count(*) > (SELECT count(*) FROM customers WHERE country = 'Spain');

-- products in the same category as the Nordic Desk
SELECT name FROM products WHERE category_id = (SELECT category_id FROM products WHERE name = 'Nordic Desk');

-- customers who live in the same city as the newest customer
SELECT name FROM customers WHERE city = (SELECT city FROM customers ORDER BY created_at DESC LIMIT 1);

-- categories whose average price is above the overall average price
-- Which categories are more expensive than products on average?
SELECT c.name FROM products p JOIN categories c ON c.id = category_id GROUP BY c.id HAVING avg(price) > (SELECT avg(price) FROM products);

-- What percentage of orders is cancelled?
-- percentage of orders that were cancelled
SELECT 100.0 * count(*) FILTER (WHERE status = 'cancelled') / count(*) FROM orders;

-- cities with customers who ordered both in 2023 and in 2025
SELECT DISTINCT city FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE extract(year FROM ordered_at) = 2023) AND id IN (SELECT customer_id FROM orders WHERE extract(year FROM ordered_at) = 2025);
