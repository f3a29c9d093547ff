#pragma once
// One nginx of ours: makes its master run what is wanted. It outlives us and is found again; a reload leaves what
// is open alone. Every call blocks until it is done: for the engine's own thread.

#include <sys/types.h>

#include <map>
#include <set>
#include <string>

#include "base/fd.h"
#include "base/ip_address.h"
#include "base/result.h"
#include "engines/web_nginx/paths.h"

namespace evenkeel::engines::web_nginx {

enum class Way { kNothing, kReload, kStart, kEnd };
enum class Effort {
  kWhereNeeded,
  kReadAgain,  // also where nothing is new
};

// What an nginx should serve.
struct Site {
  std::string http;                          // what stands in the configuration's http block; empty: nginx need not run
  std::map<std::string, std::string> files;  // by name: what it reads in Paths::files()
  bool operator==(const Site&) const = default;
};

struct Outcome {
  Way way = Way::kNothing;
  pid_t master = 0;     // 0: nginx does not run
  std::string version;  // "1.22.1"; empty: not known
  Result<> done;        // why what was wanted is not in force; what ran before goes on then
};

class Process {
 public:
  explicit Process(Paths paths) : paths_(std::move(paths)) {}

  Outcome apply(const Site& site, Effort effort = Effort::kWhereNeeded);
  // Keeps each log below twice `most` bytes: older lines are in a file beside it, the oldest are gone.
  Result<> bound_logs(size_t most) const;

 private:
  Result<Way> realise(const Site& site);
  Result<Way> end();
  Result<> find_master();
  void end_orphans() const;
  Result<> put_file_in_place(const std::string& http) const;
  Result<> start(const std::string& http);
  Result<> reload(const std::string& http);
  Result<> await_name(const std::string& name, const Fd& master, size_t log_begins) const;
  bool is_running() const;
  void forget();

  Paths paths_;
  std::string running_;  // the name of what the workers have read
  std::string version_;  // of the master
  int readings_ = 0;     // of the same file, by hand
  pid_t master_ = 0;
  Fd process_;
};

// Where the nginx of these files listens; nothing while it does not run.
std::set<Endpoint> held_endpoints(const Paths& paths);

// The sentences with which nginx says what is wrong, each once. `text`: of its log, or what it printed.
std::string complaints(const std::string& text);

}  // namespace evenkeel::engines::web_nginx
