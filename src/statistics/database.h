#pragma once
// The past in a SQLite file of its own, which may be lost or thrown away at any time. One thread at a time; every call
// may block for as long as the disk does.
//
// Each resolution of kSteps keeps its newest kPointsKept steps, and each step at most `most_objects` objects: virtual
// services first, then the real servers with the most traffic. Objects where nothing happened take no room. That bounds
// the file: 6 x 400 x 2,000 rows of at most 60 bytes are 290 MB, and SQLite refuses to let it grow beyond 320 MB.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/sqlite.h"
#include "statistics/sampler.h"
#include "statistics/series.h"

namespace evenkeel::statistics {

class Database {
 public:
  struct Opened {
    std::unique_ptr<Database> database;
    std::string set_aside;  // the damaged file that was found, under its new name; empty: there was none
  };
  static constexpr size_t kMostObjects = 2000;

  // Makes the file if there is none. One that is damaged, or written by another version, is set aside (in place of the
  // one that was before), and a new one begun.
  static Result<Opened> open(const std::string& path, size_t most_objects = kMostObjects);

  // In one transaction: the step, the coarser steps that have ended with it, and the removal of what is too old. A step
  // that is older than what is known means that the clock was set back: what lies in its future goes.
  Result<> add(const Step& step);

  // Objects that go on under other names keep their past; two may have swapped theirs.
  struct Rename {
    std::string from, to;
  };
  Result<> rename(const std::vector<Rename>& renames);

  // At most kPointsKept and two points. kNotFound: nothing was ever written of that object.
  Result<Series> read(const Query& query, int64_t now);

 private:
  // Of one object in one step of one resolution.
  struct Cell {
    int64_t seconds = 0;
    bool is_known = false;  // else the step had more objects than it keeps, or the object was not there yet
    Totals totals;
    double load = 0, memory = 0;
  };
  using Cells = std::map<int64_t, Cell>;  // by the beginning of the step

  Database(config::Database database, size_t most_objects)
      : database_(std::move(database)), most_objects_(static_cast<int64_t>(most_objects)) {}

  Result<> add_together(const Step& step);
  Result<> remove_future(int64_t at);
  Result<> write(const Step& step);
  Result<> write_amounts(const Step& step);
  Result<> know_objects(const Step& step);
  Result<> roll_up(size_t resolution, int64_t end);
  Result<> roll_up_step(size_t resolution, int64_t at);
  Result<> roll_up_cells(size_t resolution, int64_t at);
  Result<> remove_old(int64_t at);
  Result<std::optional<int64_t>> newest(size_t resolution);
  static Cells summed(const Cells& finer, int64_t step);
  Result<Cells> cells(size_t resolution, int64_t object, int64_t since, int64_t from, int64_t to);

  config::Database database_;
  int64_t most_objects_;
  std::map<std::string, int64_t> ids_;
};

}  // namespace evenkeel::statistics
