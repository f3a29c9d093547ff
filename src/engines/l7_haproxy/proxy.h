#pragma once
// Makes HAProxy what is wanted: by commands where they suffice, else by a new file and a seamless reload. Every call
// blocks until it is done: for the engine's own thread.

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engines/engine.h"
#include "engines/l7_haproxy/answers.h"
#include "engines/l7_haproxy/message.h"
#include "engines/l7_haproxy/process.h"
#include "engines/l7_haproxy/render.h"
#include "engines/l7_haproxy/totals.h"
#include "engines/log_tail.h"

namespace evenkeel::engines::l7_haproxy {

enum class Way { kNothing, kCommands, kReload, kStart };
enum class Effort {
  kWhereNeeded,
  kReload,  // also where commands would do, or nothing is new
};

struct Outcome {
  Way way = Way::kNothing;
  std::vector<ObjectStatus> statuses;  // what is not plainly applied
  pid_t master = 0;                    // 0: HAProxy does not run
  std::string version;                 // of what runs; empty: not known
};

class Proxy {
 public:
  // `messages`: gets what HAProxy prints; outlives this.
  Proxy(RenderOptions options, observed::ProgramLog& messages)
      : options_(std::move(options)), messages_(options_.paths.log(), messages, parse_message) {}

  Outcome apply(const desired::Layer7& want, Effort effort = Effort::kWhereNeeded);
  // What the workers count. Empty while HAProxy does not run.
  observed::Layer7Report observe();
  void take_messages() { messages_.take(); }

 private:
  // What is tried is `attempt_`: what is wanted, without what HAProxy refused.
  Result<Way> realise(Effort effort);
  Result<Way> adopt();
  Result<> find_master();
  Result<> start();
  Result<> reload();
  Result<> put_file_in_place();
  Result<> put_certificates_in_place() const;
  void remove_other_certificates() const;
  void keep_file_up_to_date();
  Result<Processes> ask_master() const;
  Result<std::string> ask_worker(const std::string& command) const;
  void follow_states(const desired::Layer7& want);
  Result<> await_worker(const std::string& name, const Fd& master, int failed_before, pid_t old_worker) const;
  Result<> run(const std::vector<std::string>& commands) const;
  void end_connections(const std::vector<std::string>& servers) const;
  using Refused = std::map<std::string, std::string>;  // label of a virtual service -> why
  Refused refused_by(const std::string& words) const;
  void leave_out(const Refused& refused, const desired::Layer7& want, std::vector<ObjectStatus>& statuses);
  const desired::Layer7Service* find_running(const std::string& label) const;
  bool is_running() const { return master_ != 0 && !has_ended(process_); }
  void forget();

  RenderOptions options_;
  LogTail messages_;
  desired::Layer7 attempt_;
  std::optional<desired::Layer7> running_;  // what the worker is known to do
  std::string file_problem_;                // why the file does not say what the worker does; empty: it does
  Totals totals_;
  std::string version_;
  pid_t master_ = 0;
  Fd process_;
};

}  // namespace evenkeel::engines::l7_haproxy
