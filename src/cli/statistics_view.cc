#include "cli/statistics_view.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "cli/words.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

constexpr size_t kSparkWidth = 40;
constexpr size_t kBarWidth = 30;
constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 8> kAscii{"_", ".", ":", "-", "=", "+", "*", "#"};

std::optional<double> value_of(const json::value& point) {
  const json::array* const pair = point.if_array();
  if (pair == nullptr || pair->size() != 2 || !(*pair)[1].is_number()) return std::nullopt;
  return (*pair)[1].to_number<double>();
}

int64_t time_of(const json::value& point) {
  const json::array* const pair = point.if_array();
  return pair == nullptr || pair->empty() || !(*pair)[0].is_int64() ? 0 : (*pair)[0].get_int64();
}

// "1.2 MB/s", "3.4/s", "17", "0.52", as the unit has it.
std::string in_unit(double value, std::string_view unit) {
  const auto whole = static_cast<uint64_t>(std::max(0.0, value) + 0.5);
  if (unit == "bytes/s") return human_bytes(whole) + "/s";
  if (unit == "bytes") return human_bytes(whole);
  const std::string number = value < 100 ? fmt::format("{:.1f}", value) : human_count(whole);
  return unit == "connections/s" ? number + "/s" : number;
}

struct Summary {
  size_t known = 0;
  double sum = 0, most = 0;
  std::optional<double> last;
};

Summary summary_of(const json::array& points) {
  Summary summary;
  for (const json::value& point : points) {
    const auto value = value_of(point);
    if (!value) continue;
    ++summary.known;
    summary.sum += *value;
    summary.most = std::max(summary.most, *value);
    summary.last = value;
  }
  return summary;
}

std::string local_minute(int64_t unix_time) {
  const auto seconds = static_cast<std::time_t>(unix_time);
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", local);
}

std::string_view block(double share, const Terminal& terminal) {
  const auto& blocks = terminal.unicode ? kBlocks : kAscii;
  const auto index = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(blocks.size() - 1) + 0.5);
  return blocks.at(index);
}

// "real_server/VS/PS1" is "real server PS1 of VS".
std::string object_of(const json::value& answer, const Terminal& terminal) {
  const std::string object = terminal.safe(text_at(answer, "object"));
  constexpr std::string_view kServer = "real_server/";
  const size_t slash = object.find('/', kServer.size());
  if (object.starts_with(kServer) && slash != std::string::npos) {
    return fmt::format("real server {} of {}", object.substr(slash + 1),
                       object.substr(kServer.size(), slash - kServer.size()));
  }
  return object_in_words(object);
}

std::string heading(const json::value& answer, const Terminal& terminal) {
  const json::array& points = list_at(answer, "points");
  if (points.empty()) return terminal.paint(object_of(answer, terminal), Colour::kBold) + "\n";
  return fmt::format("{}, {} to {}, in steps of {}\n", terminal.paint(object_of(answer, terminal), Colour::kBold),
                     local_minute(time_of(points.front())), local_minute(time_of(points.back())),
                     human_age(std::chrono::seconds(count_at(answer, "step"))));
}

}  // namespace

std::string spark_line(const json::array& points, size_t width, const Terminal& terminal) {
  const size_t per_bucket = std::max<size_t>(1, (points.size() + width - 1) / width);
  std::vector<std::optional<double>> buckets;
  double most = 0;
  for (size_t from = 0; from < points.size(); from += per_bucket) {
    double sum = 0;
    size_t known = 0;
    for (size_t i = from; i < std::min(points.size(), from + per_bucket); ++i) {
      const auto value = value_of(points[i]);
      sum += value.value_or(0);
      known += value ? 1 : 0;
    }
    buckets.push_back(known == 0 ? std::nullopt : std::optional(sum / static_cast<double>(known)));
    most = std::max(most, buckets.back().value_or(0));
  }
  std::string line;
  for (const auto& bucket : buckets) line += bucket ? block(most > 0 ? *bucket / most : 0, terminal) : " ";
  return line;
}

std::string render_statistics(const std::vector<json::value>& answers, const Terminal& terminal) {
  if (answers.empty()) return "";
  Table table(
      {{"METRIC"}, {"LAST", Align::kRight}, {"AVERAGE", Align::kRight}, {"MOST", Align::kRight}, {"OVER TIME"}});
  for (const json::value& answer : answers) {
    const json::array& points = list_at(answer, "points");
    const std::string unit = text_at(answer, "unit");
    const Summary summary = summary_of(points);
    const auto shown = [&](std::optional<double> value) { return value ? in_unit(*value, unit) : std::string("-"); };
    const auto average =
        summary.known == 0 ? std::nullopt : std::optional(summary.sum / static_cast<double>(summary.known));
    table.add_row({{in_words(terminal.safe(text_at(answer, "metric")))},
                   {shown(summary.last)},
                   {shown(average)},
                   {shown(average.transform([&](double) { return summary.most; }))},
                   {spark_line(points, kSparkWidth, terminal), Colour::kBlue}});
  }
  return heading(answers.front(), terminal) + table.render(terminal);
}

std::string render_metric(const json::value& answer, const Terminal& terminal) {
  const json::array& points = list_at(answer, "points");
  const std::string unit = text_at(answer, "unit");
  const Summary summary = summary_of(points);
  Table table({{"FROM"}, {in_words(terminal.safe(text_at(answer, "metric"))), Align::kRight}, {""}});
  for (const json::value& point : points) {
    const auto value = value_of(point);
    std::string bar;
    const double share = value && summary.most > 0 ? *value / summary.most : 0;
    for (size_t i = 0; i < static_cast<size_t>(share * kBarWidth + 0.5); ++i) bar += block(1, terminal);
    table.add_row({{local_minute(time_of(point))}, {value ? in_unit(*value, unit) : "-"}, {bar, Colour::kBlue}});
  }
  return heading(answer, terminal) + table.render(terminal);
}

}  // namespace evenkeel::cli
