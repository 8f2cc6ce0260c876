/** Countries with their names and adjectives. A database may store one form where a question uses another. */
const groups = `
afghanistan,afghan
argentina,argentine,argentinian
australia,australian
austria,austrian
bangladesh,bangladeshi
belgium,belgian
brazil,brazilian
bulgaria,bulgarian
canada,canadian
chile,chilean
china,chinese
colombia,colombian
croatia,croatian
cuba,cuban
czech republic,czechia,czech
denmark,danish,dane
egypt,egyptian
ethiopia,ethiopian
finland,finnish,finn
france,french
germany,german
ghana,ghanaian
greece,greek
hungary,hungarian
iceland,icelandic
india,indian
indonesia,indonesian
iran,iranian
iraq,iraqi
ireland,irish
israel,israeli
italy,italian
jamaica,jamaican
japan,japanese
kenya,kenyan
malaysia,malaysian
mexico,mexican
morocco,moroccan
netherlands,holland,the netherlands,dutch
new zealand,new zealander
nigeria,nigerian
norway,norwegian
pakistan,pakistani
peru,peruvian
philippines,filipino
poland,polish
portugal,portuguese
romania,romanian
russia,russian federation,russian
saudi arabia,saudi
scotland,scottish
serbia,serbian
singapore,singaporean
slovakia,slovak
slovenia,slovenian
south africa,south african
south korea,korea,korean,south korean
spain,spanish
sri lanka,sri lankan
sweden,swedish,swede
switzerland,swiss
taiwan,taiwanese
thailand,thai
turkey,turkish
ukraine,ukrainian
united kingdom,uk,u.k,great britain,britain,british
united states,usa,us,united states of america,america,american,u.s,u.s.a
england,english
wales,welsh
venezuela,venezuelan
vietnam,vietnamese
zimbabwe,zimbabwean
`;

const byName = new Map<string, readonly string[]>();
for (const line of groups.trim().split("\n")) {
  const names = line.split(",");
  for (const name of names)
    byName.set(
      name,
      names.filter((each) => each !== name),
    );
}

/** Returns the other names and adjectives of a country; empty if the words name none. */
export const otherNamesOfCountry = (words: string): readonly string[] => byName.get(words) ?? [];
