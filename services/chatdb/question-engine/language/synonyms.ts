/**
 * Everyday synonyms in talk about data; the first word of each line represents the line. The words may mean the same,
 * so a match by synonym has a cost.
 */
const groups = `
salary wage pay earnings income
employee worker staff personnel
customer client buyer shopper purchaser consumer
supplier vendor provider
product item article goods
order purchase
price cost fee charge fare rate
amount sum value
revenue sales turnover
phone telephone mobile cell
email mail e-mail
address location place site venue
country nation
city town
state province
birthday birthdate
gender sex
kind type category sort class
title name label
begin start commence
end finish stop
date day
buy purchase acquire
create make made build built establish established found founded
teacher instructor lecturer
student pupil
doctor physician
movie film
song track
book publication
car vehicle automobile
company firm corporation business enterprise organization organisation manufacturer maker
department division unit
manager boss head chief supervisor
score rating grade mark
review feedback comment
person people individual
job position occupation profession role
school college
holiday vacation
hotel inn
flight trip journey
plane aircraft airplane
airport airfield
game match
player athlete
winner champion
shop store
stock inventory
quantity count pieces
weight mass
height tall
length duration
size area
nationality citizenship
year years
age old
house home residence
apartment flat
photo picture image
author writer
artist performer
singer vocalist
concert show
visitor guest tourist
event occasion
document file paper
invoice bill
payment transaction
account login
balance funds
discount rebate
tax levy
member participant
owner holder
language tongue
population inhabitants residents
capacity seats
budget funding
contest competition tournament
degree diploma
course class
project undertaking
address street
zip postcode postal
cancelled canceled
shipped sent dispatched
won win winner
rank ranking standing
`;

/** Names for rows of tables about people, in singular. */
export const people: ReadonlySet<string> = new Set(
  "customer client person user employee worker staff member student teacher instructor patient doctor physician nurse player athlete author artist singer actor driver pilot owner guest visitor candidate researcher scientist manager salesperson agent tenant reviewer voter captain gymnast swimmer climber participant individual subscriber follower lecturer coach host editor author buyer".split(
    " ",
  ),
);

const canon = new Map<string, string>();
for (const line of groups.trim().split("\n")) {
  const [first, ...others] = line.split(" ");
  canon.set(first!, canon.get(first!) ?? first!);
  for (const other of others) if (!canon.has(other)) canon.set(other, canon.get(first!)!);
}

/** Returns the word that represents this one and its synonyms; the word itself if it has none. */
export const representative = (word: string): string => canon.get(word) ?? word;

/** Abbreviations in names of columns and tables. */
const shortForms = new Map(
  Object.entries({
    num: "number",
    no: "number",
    nbr: "number",
    nr: "number",
    qty: "quantity",
    amt: "amount",
    desc: "description",
    descr: "description",
    addr: "address",
    dept: "department",
    dep: "department",
    emp: "employee",
    cust: "customer",
    prod: "product",
    cat: "category",
    fname: "first name",
    lname: "last name",
    firstname: "first name",
    lastname: "last name",
    fullname: "full name",
    surname: "last name",
    forename: "first name",
    tel: "telephone",
    cnt: "count",
    avg: "average",
    dob: "date of birth",
    birthdate: "date of birth",
    lat: "latitude",
    lng: "longitude",
    lon: "longitude",
    long: "longitude",
    temp: "temperature",
    pct: "percent",
    perc: "percent",
    yr: "year",
    mth: "month",
    hrs: "hours",
    mins: "minutes",
    secs: "seconds",
    max: "maximum",
    min: "minimum",
    std: "standard",
    org: "organization",
    mgr: "manager",
    acct: "account",
    trans: "transaction",
    lang: "language",
    pop: "population",
    gov: "government",
    univ: "university",
    tot: "total",
    bal: "balance",
    msg: "message",
    usr: "user",
    pwd: "password",
    img: "image",
    doc: "document",
    docs: "documents",
    ref: "reference",
    curr: "currency",
    dest: "destination",
    src: "source",
    orig: "origin",
    dist: "distance",
    cap: "capacity",
    nat: "nationality",
    natl: "national",
  }),
);

/** Expands the abbreviations in the words of a name. */
export const expandAbbreviations = (words: readonly string[]): string[] =>
  words.flatMap((word) => shortForms.get(word)?.split(" ") ?? [word]);

/** Multi-word synonyms, in singular. */
const sameNames = [
  ["date of birth", "birth date", "birthdate", "birthday"],
  ["first name", "given name", "forename"],
  ["last name", "family name", "surname"],
  ["zip code", "zip", "postcode", "postal code"],
];

/** Returns other forms of a name that ends with a known synonym. */
export function otherForms(words: readonly string[]): string[][] {
  const said = words.join(" ");
  const ending = (phrase: string) => said === phrase || said.endsWith(` ${phrase}`);
  return sameNames.flatMap((names) => {
    const own = names.filter(ending).sort((a, b) => b.length - a.length)[0];
    return own === undefined
      ? []
      : names
          .filter((name) => name !== own)
          .map((name) => `${said.slice(0, said.length - own.length)}${name}`.split(" "));
  });
}
