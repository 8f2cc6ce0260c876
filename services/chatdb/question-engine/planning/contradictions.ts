import type {
  ColumnRef,
  Comparator,
  Comparison,
  Condition,
  InnerQuery,
  Literal,
  QueryPlan,
  Related,
} from "../plan/plan.ts";

type Bound = Extract<Comparison, { op: Comparator }>;

const isBound = (each: Condition): each is Bound =>
  each.kind === "column" &&
  (each.op === "=" || each.op === ">" || each.op === ">=" || each.op === "<" || each.op === "<=");

const sameColumn = (one: ColumnRef, other: ColumnRef) => one.source === other.source && one.column === other.column;

/** Whether a value can lie between both bounds. Numbers compare with numbers, ISO dates with ISO dates. */
function between(low: Bound, high: Bound): boolean {
  const open = low.op === ">" || high.op === "<";
  return open ? before(low.value, high.value) : !before(high.value, low.value);
}

const before = (one: Literal, other: Literal) =>
  typeof one === typeof other ? one < other : String(one) < String(other);

const isLow = ({ op }: Bound) => op === ">" || op === ">=" || op === "=";

const isHigh = ({ op }: Bound) => op === "<" || op === "<=" || op === "=";

/** Whether no value meets both conditions. Texts that differ in case alone do not contradict each other. */
function contradict(one: Bound, other: Bound): boolean {
  if (!sameColumn(one.column, other.column)) return false;
  if (one.op === "=" && other.op === "=") return String(one.value).toLowerCase() !== String(other.value).toLowerCase();
  if (isLow(one) && isHigh(other) && !between(one, other)) return true;
  return isLow(other) && isHigh(one) && !between(other, one);
}

/**
 * Divides contradicting conditions into sets that one row can meet, in the order of the question. Conditions on other
 * columns are part of each set. Returns one set where nothing contradicts.
 */
function consistentSets<C extends Condition>(conditions: readonly C[]): C[][] {
  const sets: (C & Bound)[][] = [[]];
  const contrary = conditions.find(
    (one) => isBound(one) && conditions.some((other) => isBound(other) && contradict(one, other)),
  ) as (C & Bound) | undefined;
  if (!contrary) return [[...conditions]];
  const about = (each: C): each is C & Bound => isBound(each) && sameColumn(each.column, contrary.column);
  for (const each of conditions.filter(about)) {
    if (sets.at(-1)!.some((other) => contradict(each, other))) sets.push([]);
    sets.at(-1)!.push(each);
  }
  return sets.map((set) => conditions.filter((each) => !about(each) || set.includes(each)));
}

/**
 * Finds a negated value that another condition excludes anyway: "in Lyon, but not in Paris" speaks of two related rows.
 * Undefined if there is none.
 */
function negatedValueOfOthers<C extends Condition>(conditions: readonly C[]): { held: C[]; denied: C[] } | undefined {
  for (const each of conditions) {
    if (each.kind !== "column" || each.op !== "<>") continue;
    const positive = conditions.find(
      (other) =>
        isBound(other) &&
        other.op === "=" &&
        sameColumn(other.column, each.column) &&
        String(other.value).toLowerCase() !== String(each.value).toLowerCase(),
    );
    if (positive)
      return {
        held: conditions.filter((other) => other !== each),
        denied: conditions.flatMap((other) =>
          other === positive ? [] : other === each ? [{ ...each, op: "=" as const }] : [other],
        ),
      };
  }
  return undefined;
}

/** "with a cancelled order and a returned order": one of each, since no order is both. */
function separateRelated(condition: Condition): Condition[] {
  if (condition.kind !== "related" || condition.count.op !== ">=" || condition.count.value !== 1) return [condition];
  const others = negatedValueOfOthers(condition.where);
  if (others)
    return [
      { ...condition, where: others.held },
      { ...condition, where: others.denied, count: { op: "=", value: 0 } },
    ];
  return consistentSets(condition.where).map((where): Related => ({ ...condition, where }));
}

/** Whether a column identifies its row, so that no two rows show the same value. */
type IdentifiesRow = (ref: ColumnRef) => boolean;

/**
 * Rewrites a plan whose conditions no single row can meet. Contradicting conditions apply to different related rows or,
 * if the columns shown do not identify a row, to different rows that show the same ("countries with managers above 50
 * and managers below 46"). If they identify a row, its values meet one set or the other.
 * @param isOwn of the plan's columns
 */
export function separateContradictions(plan: QueryPlan, identifiesRow: IdentifiesRow): QueryPlan {
  const where = plan.where.flatMap(separateRelated);
  const denied = negatedValueOfOthers(where);
  const sets = denied ? [denied.held, denied.denied] : consistentSets(where);
  const listed =
    plan.groupBy.length === 0 &&
    plan.limit === undefined &&
    plan.combine === undefined &&
    plan.select.every(({ value }) => value.kind === "column");
  if (sets.length === 1 || !listed) return { ...plan, where };
  const [first, ...others] = sets;
  const shown = plan.select.flatMap(({ value }) => (value.kind === "column" ? [value] : []));
  const compared = first!
    .filter((each) => !others[0]!.includes(each))
    .flatMap((each) => (each.kind === "column" ? [each.column] : []));
  if (shown.some((ref) => identifiesRow(ref) || compared.some((each) => sameColumn(each, ref))))
    return denied ? { ...plan, where } : eitherOf({ ...plan, where }, sets);
  const inner = (set: readonly Condition[]): InnerQuery | undefined => {
    const { combine, from, ...rest } = plan;
    const flat = set.filter((each) => each.kind !== "measured" && each.kind !== "member");
    return combine || "query" in from || flat.length < set.length
      ? undefined
      : { ...rest, distinct: false, from, where: flat, orderBy: [] };
  };
  const queries = others.map(inner);
  if (queries.some((query) => query === undefined)) return { ...plan, where };
  const orderBy = plan.orderBy.filter(
    ({ value }) => value.kind === "column" && shown.some((ref) => sameColumn(ref, value)),
  );
  return {
    ...plan,
    where: first!,
    distinct: false,
    orderBy,
    combine: queries.map((query) => ({ op: denied ? ("except" as const) : ("intersect" as const), query: query! })),
  };
}

/** "products that cost less than 10 and more than 100": either set of conditions holds. */
function eitherOf(plan: QueryPlan, sets: readonly Condition[][]): QueryPlan {
  const common = plan.where.filter((each) => sets.every((set) => set.includes(each)));
  const apart = sets.map((set) =>
    set
      .filter((each) => !common.includes(each))
      .filter((each) => each.kind !== "measured" && each.kind !== "member" && each.kind !== "either"),
  );
  return { ...plan, where: [...common, { kind: "either", of: apart }] };
}
