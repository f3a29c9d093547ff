#include "base/clock.h"

namespace evenkeel {

// By hand, since calendars of libraries take three times as long: a status of ten thousand real servers has thirty
// thousand times in it.
std::string to_iso8601(WallTime time) {
  const auto at = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&](size_t first, size_t digits, int64_t number) {
    for (size_t i = first + digits; i-- > first; number /= 10) text[i] = static_cast<char>('0' + number % 10);
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 3, clock.subseconds().count());
  return text;
}

}  // namespace evenkeel
