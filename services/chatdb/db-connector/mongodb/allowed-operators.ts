/** The members of a stage that are not expressions: collection names, and pipelines (`*`: all members). */
interface Stage {
  collections?: readonly string[];
  pipelines?: readonly string[];
}

/** The stages that only read: https://www.mongodb.com/docs/manual/reference/mql/aggregation-stages/ */
export const stages: Readonly<Record<string, Stage>> = {
  ...Object.fromEntries(
    `$addFields $bucket $bucketAuto $count $densify $fill $group $limit $match $project $replaceRoot $replaceWith $sample $set
     $setWindowFields $skip $sort $sortByCount $unset $unwind`
      .split(/\s+/)
      .map((name) => [name, {}]),
  ),
  $facet: { pipelines: ["*"] },
  $graphLookup: { collections: ["from"] },
  $lookup: { collections: ["from"], pipelines: ["pipeline"] },
  $unionWith: { collections: ["coll"], pipelines: ["pipeline"] },
};

/** The operators in expressions, conditions and accumulators that only compute. */
export const allowedOperators: ReadonlySet<string> = new Set(
  `
  $eq $ne $gt $gte $lt $lte $cmp $in $nin $and $or $nor $not $exists $type $expr $all $elemMatch $size $mod $regex $options $comment
  $bitsAllClear $bitsAllSet $bitsAnyClear $bitsAnySet $geoWithin $geoIntersects $box $center $centerSphere $geometry $polygon

  $sum $avg $min $max $first $last $push $addToSet $count $stdDevPop $stdDevSamp $mergeObjects $top $topN $bottom $bottomN $firstN
  $lastN $maxN $minN $median $percentile $rank $denseRank $documentNumber $shift $covariancePop $covarianceSamp $derivative $integral
  $expMovingAvg $linearFill $locf

  $abs $add $ceil $divide $exp $floor $ln $log $log10 $multiply $pow $round $sqrt $subtract $trunc $sin $cos $tan $asin $acos $atan
  $atan2 $degreesToRadians $radiansToDegrees

  $concat $indexOfBytes $indexOfCP $ltrim $regexFind $regexFindAll $regexMatch $replaceOne $replaceAll $rtrim $split $strLenBytes
  $strLenCP $strcasecmp $substr $substrBytes $substrCP $toLower $toUpper $trim

  $dateAdd $dateDiff $dateFromParts $dateFromString $dateSubtract $dateToParts $dateToString $dateTrunc $dayOfMonth $dayOfWeek
  $dayOfYear $hour $isoDayOfWeek $isoWeek $isoWeekYear $millisecond $minute $month $second $week $year

  $cond $ifNull $switch $let $literal $convert $isNumber $toBool $toDate $toDecimal $toDouble $toInt $toLong $toObjectId $toString

  $arrayElemAt $arrayToObject $concatArrays $filter $indexOfArray $isArray $map $objectToArray $reduce $reverseArray $slice
  $sortArray $zip $allElementsTrue $anyElementTrue $setDifference $setEquals $setIntersection $setIsSubset $setUnion $range
  $getField $setField $unsetField $each $position
  `
    .trim()
    .split(/\s+/),
);
