/** English words that mean the same whatever the database: no table, column or value is named here. */
import type { Aggregate, Comparator } from "../plan/plan.ts";
import { Phrases } from "./phrases.ts";

export type Direction = "asc" | "desc";

/** Ways to begin that say no more than "list". */
export const leads = new Phrases<true>([
  [
    "show|show me|show us|list|list me|list out|list down|display|find|find me|find out|get|get me|give|give me|give us|tell me|tell us|return|print|fetch|select|present|retrieve|report|provide|state|output|compute|calculate|identify|name the|sort|sort all|order all|rank all|rank|arrange",
    true,
  ],
  [
    "what is|what are|what was|what were|what's|which are|which is|who are|who is|who were|who was|which|what|let me see|see|who|whom|whose|in what|in which|for which|for what|on which|at which|from which|from what|of which|with which",
    true,
  ],
  [
    "i want|i want to see|i want to know|i would like|i would like to see|i would like to know|i'd like to see|i'd like to know|i need|we need",
    true,
  ],
  [
    "can you show me|could you show me|can you list|could you list|can you give me|could you give me|can you tell me|could you tell me|please|please show|please show me|please list|please find|please give me|please tell me",
    true,
  ],
  [
    "show all|list all|find all|return all|give all|display all|show the|list the|find the|return the|give the|display the",
    true,
  ],
]);

export const counts = new Phrases<true>([
  [
    "how many|number of|the number of|total number of|the total number of|count of|the count of|count|count all|counts of|total count of|the total count of|count the number of|how many of|the numbers of|numbers of|# of",
    true,
  ],
]);

export const aggregates = new Phrases<Aggregate["fn"]>([
  ["sum|sum of|total|total of|combined|overall|summed|sum up|how much", "sum"],
  ["average|average of|avg|avg of|mean|mean of|averages", "avg"],
  ["minimum|minimum of|min|min of|minimal", "min"],
  ["maximum|maximum of|max|max of|maximal", "max"],
]);

export const extremes = new Phrases<Direction>([
  ["highest|largest|biggest|greatest|most|maximum|max|top|maximal|best|latest|longest|oldest", "desc"],
  ["lowest|smallest|least|fewest|minimum|min|minimal|worst|shortest|youngest|earliest", "asc"],
]);

/** Those that say of a number itself that it is the largest or smallest. */
export const extremeNumbers = new Phrases<Direction>([
  ["highest|largest|biggest|greatest|most|maximum|max|longest|latest|maximal", "desc"],
  ["lowest|smallest|least|fewest|minimum|min|shortest|earliest|minimal", "asc"],
]);

/** Superlatives of how often something is met. */
export const frequencies = new Phrases<Direction>([
  [
    "most common|most popular|most frequent|most frequently used|most commonly used|most used|most often used|most frequently|most commonly|most prevalent|most often|commonest",
    "desc",
  ],
  [
    "least common|least popular|least frequent|least used|least commonly used|least frequently used|rarest|least often",
    "asc",
  ],
]);

/** How often something is done: "played the most". */
export const verbTimes = new Phrases<Direction>([
  ["the most|most|the most times|most times|the most number of times|the most often", "desc"],
  ["the least|least|the fewest times|the least often", "asc"],
]);

/** Nouns that a column is called by when the adjective fits it; `time` stands for any column of a date or time. */
export interface Quality {
  nouns: readonly string[] | "time";
  direction: Direction;
  /** What fits better, where there is such a number. */
  rather?: Quality;
}

export const money = ["price", "cost", "fee", "rate", "charge", "fare", "amount", "value", "salary"];
const extent = ["size", "area", "capacity", "population", "length", "volume"];
const span = ["length", "duration", "distance", "time", "hours", "days"];

export const superlatives = new Phrases<Quality>([
  ["cheapest|least expensive|lowest priced|lowest-priced", { nouns: money, direction: "asc" }],
  [
    "most expensive|priciest|dearest|costliest|most costly|highest priced|highest-priced|most valuable",
    { nouns: money, direction: "desc" },
  ],
  ["latest|newest|most recent|most recently|last", { nouns: "time", direction: "desc" }],
  ["earliest|least recent|first", { nouns: "time", direction: "asc" }],
  ["oldest|eldest|most senior", { nouns: "time", direction: "asc", rather: { nouns: ["age"], direction: "desc" } }],
  ["youngest|most junior", { nouns: "time", direction: "desc", rather: { nouns: ["age"], direction: "asc" } }],
  ["heaviest", { nouns: ["weight", "mass"], direction: "desc" }],
  ["lightest", { nouns: ["weight", "mass"], direction: "asc" }],
  ["longest", { nouns: span, direction: "desc" }],
  ["shortest", { nouns: [...span, "height"], direction: "asc" }],
  ["tallest|highest", { nouns: ["height", "elevation", "altitude"], direction: "desc" }],
  [
    "longest-serving|longest serving|longest-standing|longest standing|longest-running|longest running|earliest joined|longest tenured",
    { nouns: "time", direction: "asc" },
  ],
  ["largest|biggest|greatest", { nouns: extent, direction: "desc" }],
  ["smallest|tiniest", { nouns: extent, direction: "asc" }],
  [
    "fastest|quickest",
    { nouns: ["speed"], direction: "desc", rather: { nouns: ["time", "duration"], direction: "asc" } },
  ],
  ["slowest", { nouns: ["speed"], direction: "asc", rather: { nouns: ["time", "duration"], direction: "desc" } }],
  ["richest|wealthiest", { nouns: ["income", "wealth", "worth", "salary", "money"], direction: "desc" }],
  ["poorest", { nouns: ["income", "wealth", "worth", "salary", "money"], direction: "asc" }],
  [
    "best rated|highest rated|best-rated|highest-rated|top rated|top-rated|best",
    { nouns: ["rating", "score", "stars", "grade", "rank"], direction: "desc" },
  ],
  [
    "worst rated|lowest rated|worst-rated|lowest-rated|worst",
    { nouns: ["rating", "score", "stars", "grade", "rank"], direction: "asc" },
  ],
  ["most populous|most populated", { nouns: ["population", "inhabitants"], direction: "desc" }],
  ["least populous|least populated", { nouns: ["population", "inhabitants"], direction: "asc" }],
  ["best paid|highest paid|best-paid|highest-paid", { nouns: ["salary", "wage", "pay", "income"], direction: "desc" }],
  ["worst paid|lowest paid|worst-paid|lowest-paid", { nouns: ["salary", "wage", "pay", "income"], direction: "asc" }],
]);

/** Adjectives after "how" that ask for a number: "how old". */
export const degrees = new Phrases<readonly string[]>([
  ["old", ["age"]],
  ["long", ["length", "duration", "time", "hours", "days", "minutes", "seconds", "milliseconds"]],
  ["tall|high", ["height", "elevation", "altitude"]],
  ["large|big", extent],
  ["heavy", ["weight", "mass"]],
  ["fast", ["speed"]],
  ["far", ["distance"]],
  ["expensive|costly|dear|cheap|pricey", money],
]);

/** Said of the whole question, wherever it stands. */
export const onAverages = new Phrases<true>([["on average|in average|on an average|averagely", true]]);

/** Adjectives that compare with a number: "cheaper than 20". */
export const comparatives = new Phrases<{ nouns: readonly string[] | "time"; op: Comparator }>([
  [
    "cheaper than|less expensive than|priced under|priced below|priced less than|cost less than|costs less than|costing less than|cost under|costing under",
    { nouns: money, op: "<" },
  ],
  [
    "more expensive than|dearer than|pricier than|priced over|priced above|priced more than|cost more than|costs more than|costing more than|cost over|costing over",
    { nouns: money, op: ">" },
  ],
  ["heavier than", { nouns: ["weight", "mass"], op: ">" }],
  ["lighter than", { nouns: ["weight", "mass"], op: "<" }],
  ["longer than", { nouns: span, op: ">" }],
  ["shorter than", { nouns: [...span, "height"], op: "<" }],
  ["taller than|higher up than", { nouns: ["height", "elevation"], op: ">" }],
  [
    "older than|aged over|over the age of|aged above|above age|above the age of|aged more than|elder than",
    { nouns: ["age"], op: ">" },
  ],
  [
    "younger than|aged under|under the age of|aged below|below age|below the age of|under age",
    { nouns: ["age"], op: "<" },
  ],
  ["aged|at age|at the age of|of age", { nouns: ["age"], op: "=" }],
  ["faster than", { nouns: ["speed"], op: ">" }],
  ["slower than", { nouns: ["speed"], op: "<" }],
  [
    "earn more than|earns more than|earning more than|paid more than",
    { nouns: ["salary", "wage", "pay", "income"], op: ">" },
  ],
  [
    "earn less than|earns less than|earning less than|paid less than",
    { nouns: ["salary", "wage", "pay", "income"], op: "<" },
  ],
]);

export const comparators = new Phrases<Comparator>([
  [
    ">|over|above|more than|greater than|higher than|larger than|bigger than|exceeding|exceeds|exceed|beyond|is over|is above|better than|later than|in excess of|bigger|greater|strictly more than",
    ">",
  ],
  ["<|under|below|less than|lower than|smaller than|fewer than|beneath|worse than|earlier than", "<"],
  [
    ">=|at least|no less than|not less than|no fewer than|greater than or equal to|more than or equal to|a minimum of|minimum of",
    ">=",
  ],
  ["<=|at most|up to|no more than|not more than|less than or equal to|a maximum of|maximum of", "<="],
  ["=|equal to|equals|exactly|equalling|is exactly|the same as|just", "="],
  ["<>|!=|not equal to|different from|other than", "<>"],
]);

/** Before a column that is compared: "less stock than average". */
export const moreOrLess = new Phrases<Comparator>([
  ["more|a higher|higher|a larger|larger|a bigger|bigger|a greater|greater|a better|better", ">"],
  ["less|fewer|a lower|lower|a smaller|smaller|a worse|worse", "<"],
]);

/** After a number: "2 or more". */
export const afterNumber = new Phrases<Comparator>([
  ["or more|or above|or higher|or greater|and above|and more|or over|or older|or later|or after|or longer", ">="],
  ["or less|or fewer|or below|or lower|or under|or younger|or earlier|or before|or shorter", "<="],
]);

/** How a time is compared with a day, month or year. */
export type TimeRelation = "within" | "of" | "after" | "from" | "before" | "until" | "through";

export const timeRelations = new Phrases<TimeRelation>([
  ["in|during|on|within|of|for|in the year|of the year|in year|at|over|throughout|around", "within"],
  ["from|from the year", "of"],
  ["after|later than|more recent than|newer than|after the year|after year|past", "after"],
  [
    "in or after|on or after|during or after|at or after|after or in|no earlier than|not before|since|starting in|starting on|as of|from the start of|from the beginning of|since the beginning of|since the start of|since the year",
    "from",
  ],
  ["before|earlier than|prior to|older than|before the year|before year", "before"],
  ["until|till|up to", "until"],
  ["through|on or before|in or before|before or in|by or before|no later than|not after|until the end of", "through"],
]);

/** After a time: "2020 or later". */
export const afterTime = new Phrases<TimeRelation>([
  ["on|onwards|onward|and later|and after|or later|or after", "from"],
  ["or earlier|and earlier|or before|and before", "through"],
]);

export const months = new Phrases<number>(
  [
    "january|jan",
    "february|feb",
    "march|mar",
    "april|apr",
    "may",
    "june|jun",
    "july|jul",
    "august|aug",
    "september|sep|sept",
    "october|oct",
    "november|nov",
    "december|dec",
  ].map((names, index) => [names, index + 1] as const),
);

export const negations = new Phrases<"not" | "never">([
  [
    "not|isn't|is not|are not|aren't|not in|not from|not of|outside|outside of|except|except for|excluding|other than|but not|but not in|instead of|was not|were not|wasn't|weren't|apart from|besides|and not|nobody|nobody in|nobody from|no one|no one in|no one from",
    "not",
  ],
  [
    "but no|and no|does not|do not|did not|doesn't|don't|didn't|has not|have not|hasn't|haven't|had not|never|have never|has never|cannot|can not|who not|nor|neither",
    "never",
  ],
]);

/** Negations of having: what follows is a thing that there is none of. */
export const withouts = new Phrases<true>([
  [
    "without|without any|with no|having no|have no|has no|had no|that have no|who have no|with zero|without a|lacking|lack|lacks|with 0|without an",
    true,
  ],
  [
    "do not have|does not have|did not have|don't have|doesn't have|didn't have|do not have any|does not have any|did not have any|don't have any|doesn't have any|have not had any|haven't had any|has not had any|not having any|not have|not have any|never had|never had any|have never had|have never had a|do not own|does not own|don't own|doesn't own|do not own any|have never had any|that never had|do not have a|does not have a|don't have a|doesn't have a",
    true,
  ],
]);

export const copulas = new Phrases<true>([
  [
    "is|are|was|were|=|equals|equal to|is equal to|are equal to|:|of|be|being|as|is called|is named|has value|with value|has the value|with the value|either|is either|are either|in|is in|are in|at|is at|from|is from|to be|for",
    true,
  ],
]);

/** After the name of a column: the value is part of the text. */
export const textMatches = new Phrases<"contains" | "starts with" | "ends with" | "lacks">([
  [
    "contains|containing|contain|includes|including|include|like|is like|that contains|that contain|has the substring|have the substring|with the substring|contains the word|contain the word|containing the word|contains the substring|contain the substring|containing the substring|has the word|have the word|with the word|contains the phrase|containing the phrase|that includes|includes the word|include the word|including the word|contains the letter|contain the letter|containing the letter|has the letter|have the letter|with the letter|contains the text|containing the text|includes the substring|having the word|having the letter|has substring|contains substring|has the string|contains the string|containing the string|matches|matching|has the phrase|with the phrase|having the phrase|with substring|having substring|with the string",
    "contains",
  ],
  [
    "starts with|starting with|start with|begins with|beginning with|begin with|starts with the letter|starting with the letter|start with the letter|begins with the letter|beginning with the letter|begin with the letter|starts with letter|starting with letter|start with letter|begins with letter|starts from|starting from the letter|started with|with the prefix|has the prefix|starts by|start by|whose first letter is",
    "starts with",
  ],
  [
    "ends with|ending with|end with|ending in|ends in|ends with the letter|ending with the letter|end with the letter|with the suffix|has the suffix",
    "ends with",
  ],
  [
    "does not contain|do not contain|doesn't contain|don't contain|not containing|does not include|do not include|doesn't include|does not contain the word|do not contain the word|without the word|without the letter|does not have the letter|do not have the letter|does not contain the letter|do not contain the letter|not like",
    "lacks",
  ],
]);

export const namings = new Phrases<true>([
  [
    "named|called|titled|with the name|by the name of|with the title|with name|with title|whose name is|whose names are|under the name|entitled|known as|whose title is|name is|that is called|that is named|is called|is named|with the name of",
    true,
  ],
]);

/** Stretches of time that results are computed for. */
export const timeUnits = new Phrases<"year" | "quarter" | "month" | "week" | "day">([
  ["year|years|calendar year", "year"],
  ["quarter|quarters", "quarter"],
  ["month|months", "month"],
  ["week|weeks", "week"],
  ["day|days|date", "day"],
]);

export const timely = new Phrases<"year" | "quarter" | "month" | "week" | "day">([
  ["yearly|annual|annually", "year"],
  ["quarterly", "quarter"],
  ["monthly", "month"],
  ["weekly", "week"],
  ["daily", "day"],
]);

/** What is paid for things: a number of them times their price. */
export const revenues = new Phrases<true>([
  [
    "revenue|revenues|total revenue|the revenue|total sales|sales|turnover|total turnover|income|total income|total spending|spending|total spent|amount spent|money spent|sales revenue|gross sales|order value|total value of|total order value|total amount spent|proceeds|takings",
    true,
  ],
]);

/** Verbs of paying and earning: "how much did customers spend". */
export const spendings: ReadonlySet<string> = new Set(
  "spend spends spent make made earn earned pay paid bring brought sell sold take took lose lost".split(" "),
);

/** Whether there are any of things that are kept in stock. */
export const availabilities = new Phrases<Comparator>([
  [
    "out of stock|sold out|not in stock|not available|unavailable|no longer in stock|no longer available|zero stock of",
    "=",
  ],
  ["in stock|still in stock|available|still available|on stock", ">"],
]);

/** Numbers of pieces that are left. */
export const stockNouns = ["stock", "inventory", "available", "availability"];

/** Names of columns by which people call the thing that a row is about, the likeliest first. */
export const labelNouns = ["name", "title", "label"];

export const missings = new Phrases<"missing" | "present">([
  [
    "is missing|is null|is empty|is unknown|is not set|are missing|is not known|are null|are empty|are unknown|is not available|is not recorded|is not specified",
    "missing",
  ],
  [
    "is not null|is present|is known|is set|is not empty|is not missing|are not null|are known|are not empty|is available|is recorded",
    "present",
  ],
]);

export const sortings = new Phrases<true>([
  [
    "sorted by|sort by|ordered by|order by|ranked by|rank by|arranged by|sorted on|sort them by|in order of|by order of|sorted according to|order them by|sort the results by|order the results by|sort the list by|sort results by|in the order of|order the result by|rank them by|sorted based on|ordered according to|sort the result by|organized by|listed by|ordered based on|sorting by|ordering by|sorted in order of|listed in order of|sorted in the order of|rank the results by|order results by|and sort by|and sort them by|and order by|and order them by|sort it by|in sequence of|in terms of|sorted using|ordered using|sort using|sorted with|order by the|sorted in order by",
    true,
  ],
]);

/** A direction with a column after it: "in ascending order of price". */
export const orderOf = new Phrases<Direction>([
  [
    "in ascending order of|in ascending order by|in increasing order of|in alphabetical order of|in alphabetical order by|in an ascending order of|in ascending alphabetical order of|in ascending order based on|by ascending|by ascending order of|in lexicographical order of|alphabetically by|in lexicographic order of|in the ascending order of|by increasing|ascendingly by|in increasing order by|in ascending alphabetical order by|ascending by|sorted ascending by|sorted alphabetically by|sorted in ascending order by|sorted in ascending order of|ordered ascending by|ordered alphabetically by|ordered in ascending order of|ordered by ascending|sorted by ascending|sorted in increasing order of|sorted in alphabetical order of|sorted in alphabetical order by|from lowest to highest|from low to high|listed in ascending order of|in order of increasing|in order of ascending|in ascending order according to|in alphabetic order of|in the alphabetical order of|in alphabetical order based on|in alphabetical order according to|alphabetically ordered by|alphabetically sorted by|in lexicographical order by|in chronological order of|in order of increasing",
    "asc",
  ],
  [
    "in descending order of|in descending order by|in decreasing order of|in a descending order of|in an descending order of|in descending alphabetical order of|in reverse alphabetical order of|in reverse order of|by descending|by descending order of|in the descending order of|by decreasing|in decreasing order by|descending by|in descending alphabetical order by|in reverse alphabetical order by|sorted descending by|sorted in descending order by|sorted in descending order of|ordered descending by|ordered in descending order of|ordered by descending|sorted by descending|sorted in decreasing order of|listed in descending order of|in order of descending|in order of decreasing|in descending order according to|in descending order based on",
    "desc",
  ],
]);

export const directions = new Phrases<Direction>([
  [
    "asc|ascending|in ascending order|in increasing order|increasing|lowest first|smallest first|from low to high|alphabetically|in alphabetical order|a to z|a-z|from a to z|in alphabetic order|in the alphabetic order|in an alphabetical order|in an ascending order|in ascending alphabetical order|lexicographically|in lexicographical order|in lexicographic order|from lowest to highest|from smallest to largest|in the alphabetical order|ascendingly|in alphabetic order|ascending order|from the lowest to the highest|from least to most|alphabetical order|in order|increasing order|from small to large|from the smallest to the largest|from shortest to longest|from earliest to latest|from youngest to oldest|in chronological order|chronologically|from the earliest to the latest|from oldest to newest|from the youngest to the oldest|from cheapest to most expensive|from fewest to most|from young to old",
    "asc",
  ],
  [
    "desc|descending|in descending order|in decreasing order|decreasing|highest first|largest first|biggest first|from high to low|in reverse order|in reverse alphabetical order|z to a|z-a|from z to a|in descending alphabetic order|in reverse alphabetic order|in descending lexicographical order|in a descending order|in an descending order|in descending alphabetical order|in reverse lexicographical order|from highest to lowest|from largest to smallest|descendingly|descending order|from the highest to the lowest|from most to least|decreasing order|from large to small|from the largest to the smallest|from longest to shortest|from latest to earliest|from oldest to youngest|in reverse chronological order|from the latest to the earliest|from the oldest to the youngest|from newest to oldest|from old to young|from most expensive to cheapest|from big to small|from most to fewest",
    "desc",
  ],
]);

export const groupings = new Phrases<true>([
  [
    "per|for each|for every|in each|in every|by each|of each|of every|grouped by|group by|broken down by|split by|each|every|from each|from every|with each|on each|at each|for all the different|for different|in different|under each|each of the|for each of the|in each of the|across each|across different|for the different|for each different|of different|for each distinct|in each distinct|by different|corresponding to each|belonging to each|that each|does each|did each|do each|has each|has every|to each|when grouped by|grouped according to|among each|within each|associated with each|for each type of|of each type of",
    true,
  ],
]);

export const distincts = new Phrases<true>([
  [
    "distinct|different|unique|all distinct|all different|various|distinctive|possible|all possible|all the different|all the distinct|all unique",
    true,
  ],
]);

/** Everything that a row holds. */
export const everything = new Phrases<true>([
  [
    "all information|all the information|all details|all the details|everything|all info|all columns|all fields|all data|all the data|information|details|all attributes|all the columns|complete information|full information|all about|detailed information|full details|details of all|the details|the information|entire row|full record|full records|all the available information|all the contents|all available information|all of the information|all of the details",
    true,
  ],
]);

/** "top 5": with an order. "first 5": the first that come. */
export const tops = new Phrases<"top" | "bottom" | "first">([
  ["top|the top|best", "top"],
  ["bottom|the bottom", "bottom"],
  ["first|limit|limit to|limited to|only the first|the first|only show|show only", "first"],
]);

export const ordinals = new Phrases<number>([
  ["second|2nd", 2],
  ["third|3rd", 3],
  ["fourth|4th", 4],
  ["fifth|5th", 5],
]);

export const numberWords = new Phrases<number>(
  ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"].map(
    (word, index) => [word, index + 1] as const,
  ),
);

/** After these, columns are conditions rather than what is shown. */
export const relatives = new Phrases<true>([
  [
    "whose|where|that|who|which|with|having|when|for which|in which|has|have|had|if|such that|only|for whom|from whom|of whom|to whom|by whom",
    true,
  ],
]);

/** Words that carry no meaning of their own between the parts of a question. */
export const functionWords: ReadonlySet<string> = new Set(
  (
    "a an the all of in from at on to for with that which who whose whom where is are was were be been being have has had having do does did there " +
    "we our us me my i you your please their its his her hers him he she it they them these those this exist exists live lives living located based come comes coming " +
    "placed made belong belongs belonging registered available currently as well every and across ? . ! , ; : ( ) by also any some into about within among along together corresponding " +
    "respective respectively associated related given current existing recorded listed present total overall using used use than then when so such can could will would should may might " +
    "one ones thing things something anything record records entry entries data database table list value values both either or each other own ever just only more " +
    "how what when where if while whether up down over own between via along shown s"
  ).split(" "),
);

/** Words without which a question means something else: to pass over one of them is to misunderstand. */
export const weightyWords: ReadonlySet<string> = new Set(
  (
    "not no never without neither nor except most least highest lowest largest smallest average total sum maximum minimum more less fewer above below over under before after since between " +
    "both either top bottom first last oldest youngest longest shortest than per each every second third only percent percentage ratio difference same"
  ).split(" "),
);

/** Where text that is given without quotes ends: "customers named Ada Lovelace in London". */
export const valueEnds: ReadonlySet<string> = new Set(
  "and or with whose who which that where sorted ordered order grouped per by in from for having have has limit , ? ! ; ( ) is are than but as to at on".split(
    " ",
  ),
);

/** Every word that the grammar knows. */
export const vocabulary: ReadonlySet<string> = new Set([
  ...functionWords,
  ...weightyWords,
  ...[
    leads,
    counts,
    aggregates,
    extremes,
    frequencies,
    superlatives,
    comparatives,
    comparators,
    afterNumber,
    timeRelations,
    afterTime,
    months,
    negations,
    withouts,
    copulas,
    textMatches,
    namings,
    missings,
    sortings,
    orderOf,
    directions,
    degrees,
    verbTimes,
    groupings,
    distincts,
    everything,
    tops,
    ordinals,
    numberWords,
    relatives,
    timeUnits,
    timely,
    revenues,
    availabilities,
  ].flatMap((phrases) => phrases.words),
  ...spendings,
]);
