#pragma once
// The past in numbers: one line for each metric, or one metric step by step.

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "cli/terminal.h"

namespace evenkeel::cli {

// `answers`: of GET statistics, for one object and one span of time.
std::string render_statistics(const std::vector<boost::json::value>& answers, const Terminal& terminal);
std::string render_metric(const boost::json::value& answer, const Terminal& terminal);

// One character for each bucket of neighbouring points, at most `width`; a space where nothing is known.
std::string spark_line(const boost::json::array& points, size_t width, const Terminal& terminal);

}  // namespace evenkeel::cli
