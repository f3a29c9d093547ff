#pragma once
// The query parameters that connections and persistence entries have in common.

#include "api/both_layers.h"
#include "api/query.h"
#include "base/result.h"
#include "observed/connection.h"

namespace evenkeel::api {

Result<observed::ConnectionFilter> parse_table_filter(const Query& query);
// `layer`: 4 or 7; both when nothing is said.
Result<Layers> parse_layers(const Query& query);
// 1000 when nothing is said.
Result<size_t> parse_row_limit(const Query& query);

}  // namespace evenkeel::api
