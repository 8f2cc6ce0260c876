/**
 * The PostgreSQL functions that a query may call; all of them only compute from their arguments. Besides functions with
 * side effects the list omits those that describe the server (`version`, `inet_server_addr`), run text as a query
 * (`query_to_xml`), wait, or make large values of small ones (`repeat`, `lpad`).
 */
export const allowedFunctions: ReadonlySet<string> = new Set(
  `
  count sum avg min max bool_and bool_or every array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg any_value
  stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept
  regr_r2 regr_slope regr_sxx regr_sxy regr_syy mode percentile_cont percentile_disc bit_and bit_or bit_xor
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value

  abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log10 power pow mod div gcd lcm degrees radians pi factorial
  sin cos tan asin acos atan atan2 sinh cosh tanh width_bucket greatest least scale min_scale trim_scale

  lower upper initcap length char_length character_length octet_length bit_length substr substring left right trim btrim ltrim rtrim
  position strpos replace translate concat concat_ws split_part reverse starts_with ascii chr overlay format md5 to_hex
  regexp_match regexp_matches regexp_replace regexp_count regexp_like regexp_substr regexp_instr string_to_array string_to_table
  to_char to_date to_number to_timestamp normalize unistr like_escape similar_to_escape quote_literal quote_ident
  like notlike like_escape texticlike texticnlike regexp_split_to_array

  now transaction_timestamp statement_timestamp date_part date_trunc date_bin extract age make_date make_time make_timestamp
  make_timestamptz make_interval clock_timestamp justify_days justify_hours justify_interval isfinite timezone overlaps

  coalesce nullif num_nonnulls num_nulls

  array_length array_position array_positions array_to_string array_append array_prepend array_cat array_remove array_replace
  array_lower array_upper array_ndims array_dims cardinality unnest generate_series generate_subscripts

  json_array_length jsonb_array_length json_array_elements jsonb_array_elements json_array_elements_text jsonb_array_elements_text
  json_each jsonb_each json_each_text jsonb_each_text json_object_keys jsonb_object_keys json_extract_path jsonb_extract_path
  json_extract_path_text jsonb_extract_path_text json_typeof jsonb_typeof json_build_object jsonb_build_object json_build_array
  jsonb_build_array to_json to_jsonb row_to_json json_strip_nulls jsonb_strip_nulls jsonb_pretty
  jsonb_path_exists jsonb_path_query jsonb_path_query_array jsonb_path_query_first

  date time timetz timestamp timestamptz interval text varchar bpchar bool int2 int4 int8 float4 float8 numeric random

  lower_inc upper_inc lower_inf upper_inf isempty range_merge encode similarity word_similarity
  to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd
  `
    .trim()
    .split(/\s+/),
);
