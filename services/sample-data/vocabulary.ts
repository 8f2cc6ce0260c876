/** The words that the sample shop is made of. Weights are shares, relative to each other. */

export const countries = [
  { name: "Germany", weight: 18, cities: ["Berlin", "Hamburg", "Munich", "Cologne", "Leipzig"] },
  { name: "France", weight: 14, cities: ["Paris", "Lyon", "Toulouse", "Nantes"] },
  { name: "United Kingdom", weight: 12, cities: ["London", "Leeds", "Bristol", "Glasgow"] },
  { name: "United States", weight: 12, cities: ["New York", "Chicago", "Seattle", "Austin"] },
  { name: "Italy", weight: 8, cities: ["Rome", "Milan", "Turin"] },
  { name: "Spain", weight: 8, cities: ["Madrid", "Valencia", "Seville"] },
  { name: "Netherlands", weight: 6, cities: ["Amsterdam", "Utrecht", "Rotterdam"] },
  { name: "Poland", weight: 6, cities: ["Warsaw", "Gdansk", "Krakow"] },
  { name: "Austria", weight: 5, cities: ["Vienna", "Graz"] },
  { name: "Switzerland", weight: 4, cities: ["Zurich", "Basel"] },
  { name: "Sweden", weight: 3, cities: ["Stockholm", "Malmo"] },
  { name: "Canada", weight: 3, cities: ["Toronto", "Montreal"] },
  { name: "Japan", weight: 1, cities: ["Tokyo", "Osaka"] },
] as const;

export const firstNames = [
  "Anna", "Ben", "Clara", "David", "Elena", "Felix", "Grace", "Hugo", "Ines", "Jonas", "Karin", "Leon", "Maria", "Nils", "Olga",
  "Paul", "Rosa", "Simon", "Tara", "Victor", "Wanda", "Yusuf", "Zoe", "Aiko", "Liam", "Noor", "Siobhan", "Mateo",
] as const;

export const lastNames = [
  "Schmidt", "Weber", "Martin", "Dubois", "Rossi", "Garcia", "Novak", "Smith", "Jones", "O'Brien", "Andersson", "Tanaka", "Keller",
  "Kowalski", "de Vries", "Moreau", "Ferrari", "Lopez", "Brown", "Huber", "Wagner", "Fischer", "Taylor", "Nowak", "Silva",
] as const;

/** `price` is the range of prices in the shop's currency. */
export const categories = [
  { name: "Books", description: "Novels, guides and picture books", price: [6, 60], items: ["Atlas", "Cookbook", "Novel", "Travel Guide", "Picture Book"] },
  { name: "Electronics", description: "Things with a plug or a battery", price: [20, 900], items: ["Headphones", "Monitor", "Keyboard", "Speaker", "Camera"] },
  { name: "Furniture", description: "Chairs, tables and shelves", price: [40, 800], items: ["Desk", "Chair", "Shelf", "Sideboard", "Stool"] },
  { name: "Garden", description: "Tools and pots for outside", price: [4, 220], items: ["Spade", "Planter", "Watering Can", "Hose", "Bench"] },
  { name: "Home & Kitchen", description: "Pans, knives and crockery", price: [5, 250], items: ["Pan", "Knife", "Teapot", "Bowl", "Kettle"] },
  { name: "Toys", description: "Games and toys for all ages", price: [5, 120], items: ["Puzzle", "Train Set", "Kite", "Board Game", "Doll House"] },
  { name: "Sports", description: "Training and outdoor gear", price: [8, 450], items: ["Racket", "Tent", "Backpack", "Bicycle Pump", "Yoga Mat"] },
  { name: "Clothing", description: "From socks to coats", price: [5, 280], items: ["Coat", "Scarf", "Jumper", "Shirt", "Raincoat"] },
  { name: "Music", description: "Instruments and accessories", price: [9, 700], items: ["Guitar", "Drum", "Ukulele", "Music Stand", "Flute"] },
  { name: "Stationery", description: "Paper, pens and ink", price: [2, 75], items: ["Notebook", "Fountain Pen", "Sketchbook", "Ink Set", "Calendar"] },
] as const;

export const qualities = [
  "Classic", "Compact", "Foldable", "Handmade", "Light", "Modern", "Nordic", "Oak", "Premium", "Recycled", "Silver", "Sturdy", "Urban", "Vintage",
] as const;

export const statuses = [
  { name: "pending", weight: 10 },
  { name: "paid", weight: 15 },
  { name: "shipped", weight: 25 },
  { name: "delivered", weight: 40 },
  { name: "cancelled", weight: 7 },
  { name: "returned", weight: 3 },
] as const;
