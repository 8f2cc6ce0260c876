/**
 * The functions of MySQL and MariaDB that a query may call; all of them only compute from their arguments. Besides
 * functions with side effects the list omits those that describe the server (`version`, `user`), read files, wait, or
 * make large values of small ones.
 */
export const allowedFunctions: ReadonlySet<string> = new Set(
  `
  count sum avg min max group_concat json_arrayagg json_objectagg any_value std stddev stddev_pop stddev_samp variance var_pop var_samp
  bit_and bit_or bit_xor row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value

  abs ceil ceiling floor round truncate sign sqrt exp ln log log2 log10 pow power mod degrees radians pi sin cos tan asin acos atan
  atan2 cot greatest least crc32

  lower upper lcase ucase length char_length character_length octet_length bit_length substr substring substring_index mid left right
  trim ltrim rtrim position locate instr replace insert concat concat_ws reverse ascii ord char strcmp field find_in_set elt format
  hex unhex md5 sha1 sha2 soundex quote
  regexp_like regexp_replace regexp_substr regexp_instr

  now current_timestamp localtime localtimestamp utc_timestamp utc_date utc_time curdate current_date curtime current_time sysdate
  date time year quarter month week weekofyear yearweek day dayofmonth dayofweek dayofyear weekday dayname monthname hour minute
  second microsecond extract date_add date_sub adddate subdate addtime subtime datediff timediff timestampdiff timestampadd timestamp
  date_format time_format str_to_date from_days to_days to_seconds from_unixtime unix_timestamp last_day makedate maketime
  period_add period_diff sec_to_time time_to_sec convert_tz

  coalesce ifnull nullif if isnull cast convert binary grouping interval

  json_extract json_value json_unquote json_length json_keys json_contains json_contains_path json_search json_type json_valid
  json_object json_array json_quote json_depth json_table json_overlaps
  `
    .trim()
    .split(/\s+/),
);
