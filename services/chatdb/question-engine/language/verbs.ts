/** Verbs that express relations between tables: "customers who bought ...", "players of ...", "taught by ...". */

/** Nouns for tables that record a verb's events, beyond nouns of the verb's own root. */
const nouns: Record<string, string> = {
  buy: "order purchase sale invoice transaction",
  purchase: "order purchase sale invoice transaction",
  order: "order purchase",
  place: "order",
  sell: "sale order",
  pay: "payment invoice",
  enroll: "enrollment enrolment registration",
  enrol: "enrollment enrolment registration",
  register: "registration enrolment enrollment",
  attend: "attendance enrolment enrollment registration visit",
  take: "enrollment enrolment registration taking",
  publish: "publication",
  rent: "rental",
  hire: "rental hire hiring",
  borrow: "loan",
  lend: "loan",
  book: "booking reservation",
  reserve: "reservation booking",
  treat: "treatment",
  prescribe: "prescription",
  participate: "participation participant",
  compete: "competition participation",
  work: "employment assignment job",
  employ: "employment",
  marry: "marriage wedding",
  write: "authorship author",
  review: "review rating",
  rate: "rating review",
  visit: "visit",
  win: "winner win award victory",
  donate: "donation endowment",
  complain: "complaint",
  live: "residence",
  certify: "certificate certification",
};

/** Verbs with their irregular forms. */
const verbs =
  "buy:bought sell:sold own write:wrote,written direct teach:taught play work live study:studied enroll enrol attend take:took,taken join visit order purchase place rent hire employ manage lead:led " +
  "run:ran drive:drove,driven fly:flew,flown,flies win:won lose:lost score sing:sang,sung perform act star produce make:made build:built design create publish release record review rate treat prescribe " +
  "examine diagnose marry:married adopt raise supply:supplied ship deliver send:sent receive give:gave,given get:got,gotten pay:paid spend:spent earn owe borrow lend:lent donate fund invest vote elect " +
  "represent govern serve host hold:held organize organise participate compete appear belong contain use offer provide cover advise supervise report assign register book reserve stay arrive depart travel " +
  "cook eat:ate,eaten like follow know:knew,known speak:spoke,spoken graduate major minor coach train practice practise swim:swam,swum ride:rode,ridden repair maintain inspect file claim insure allow accept " +
  "grow:grew,grown cause affect kill injure damage open close launch found become:became leave:left begin:began,begun come:came go:went,gone see:saw,seen do:did,done find say:said tell:told meet:met " +
  "complain certify:certified head chair operate issue keep:kept wear:wore,worn show:showed,shown involve suffer carry:carried die consume interact undergo:underwent,undergone hit throw:threw,thrown catch:caught need want submit:submitted author";

const bases = new Map<string, string>();
for (const entry of verbs.split(" ")) {
  const [base, irregular] = entry.split(":") as [string, string?];
  const stem = base.replace(/e$/, "");
  const regular = [
    base,
    /(?:[sxz]|ch|sh)$/.test(base) ? `${base}es` : /[^aeiou]y$/.test(base) ? `${base.slice(0, -1)}ies` : `${base}s`,
    `${stem}ed`,
    `${stem}ing`,
    `${base}${base.at(-1)}ed`,
    `${base}${base.at(-1)}ing`,
  ];
  for (const form of [...regular, ...(irregular?.split(",") ?? [])]) bases.set(form, bases.get(form) ?? base);
}

/** Returns the infinitive of a known verb's form. */
export const infinitive = (word: string): string | undefined => bases.get(word);

/** Returns nouns for a verb's events, in singular, the likeliest first. */
export const nounsOf = (base: string): readonly string[] => nouns[base]?.split(" ") ?? [];
