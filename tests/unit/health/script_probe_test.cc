#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "health/monitor.h"
#include "health/script_call.h"
#include "probe_bench.h"
#include "tests/unit/temporary_directory.h"

namespace evenkeel::health {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// The sandbox needs root, as evenkeeld does.
class ScriptProbe : public LoopTest {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    chmod(directory_.path().c_str(), 0755);
  }

  void write(const std::string& text, mode_t mode = 0755) {
    std::ofstream(directory_ / "check.sh") << text;
    chmod((directory_ / "check.sh").c_str(), mode);
  }
  ProbeResult run(std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
    ProbeTools tools(io_, clock_, {directory_.path(), "nobody", EVENKEEL_SANDBOX});
    Target target = target_of(model::HealthCheckType::kExternalScript, 9100, "10.0.0.2");
    target.virtual_endpoint = {*IpAddress::parse("10.0.0.100"), 80};
    target.check.script = "check.sh";
    target.check.timeout = timeout;
    std::optional<ProbeResult> result;
    const auto probe = make_probe(tools, target);
    probe->start([&](ProbeResult answer) { result = std::move(answer); });
    EXPECT_TRUE(run_until([&] { return result.has_value(); }));
    return result.value_or(ProbeResult{});
  }
  ProbeResult run_script(const std::string& body) {
    write("#!/bin/sh\n" + body + "\n");
    return run();
  }
  // Processes of this machine whose command line has these words.
  static int count_processes(const std::string& words) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "cmdline");
      std::stringstream text;
      text << file.rdbuf();
      count += text.str().find(words) != std::string::npos ? 1 : 0;
    }
    return count;
  }

  TemporaryDirectory directory_;
};

TEST_F(ScriptProbe, ZeroIsUpAndWhatItSaysIsKept) {
  const ProbeResult result = run_script("echo \"$1 $2 $3 $4\"; echo complaints >&2; exit 0");
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_THAT(result.reason, AllOf(HasSubstr("check.sh ended with 0"), HasSubstr("10.0.0.100 80 10.0.0.2 9100")));
  EXPECT_EQ(result.rule, "script");
  EXPECT_EQ(result.trace.answer, "10.0.0.100 80 10.0.0.2 9100\ncomplaints\n");
  EXPECT_EQ(result.trace.request, directory_ / "check.sh 10.0.0.100 80 10.0.0.2 9100");
}

TEST_F(ScriptProbe, EverythingElseIsDown) {
  ProbeResult result = run_script("echo 'queue is stopped'; exit 2");
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_EQ(result.reason, "check.sh ended with 2 where 0 is up: queue is stopped");
  result = run_script("kill -SEGV $$");
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_EQ(result.reason, "check.sh was ended by signal 11");
}

TEST_F(ScriptProbe, ItsEnvironmentIsClean) {
  setenv("EVENKEEL_TEST_SECRET", "sesame", 1);
  const ProbeResult result = run_script("env | sort; pwd");
  EXPECT_THAT(result.trace.answer, AllOf(HasSubstr("EVENKEEL_REAL_ADDRESS=10.0.0.2\n"), HasSubstr("TMPDIR=/tmp\n"),
                                         HasSubstr("EVENKEEL_VIRTUAL_PORT=80\n"), Not(HasSubstr("sesame"))));
}

TEST_F(ScriptProbe, WhatCannotBeRunSaysNothingAboutTheServer) {
  ProbeResult result = run();
  EXPECT_EQ(result.outcome, Outcome::kNotChecked);
  EXPECT_EQ(result.reason, "not checked: there is no script " + directory_ / "check.sh");
  write("#!/bin/sh\n", 0644);
  EXPECT_THAT(run().reason, HasSubstr("is not executable: chmod 755"));
  write("#!/bin/sh\n", 0700);
  EXPECT_THAT(run().reason, HasSubstr("the user for scripts may not read and execute it"));
  write("#!/no/such/shell\n");
  EXPECT_THAT(run().reason, HasSubstr("the interpreter that its first line names is not there"));
  write("exit 0\n");
  result = run();
  EXPECT_EQ(result.outcome, Outcome::kNotChecked);
  EXPECT_THAT(result.reason, HasSubstr("it has no first line such as #!/bin/sh"));
}

TEST_F(ScriptProbe, ReadsAndWritesNothingThatIsNotItsOwn) {
  std::ofstream(directory_ / "secret") << "sesame";
  chmod((directory_ / "secret").c_str(), 0600);
  const ProbeResult result = run_script(
      "cat /tmp/checks/secret /etc/shadow; echo x > /var/tmp/evenkeel-mark && echo written; "
      "echo x > /dev/shm/evenkeel-mark && echo written; echo x > /tmp/own && cat /tmp/own; "
      "echo x > /tmp/checks/check.sh && echo changed; id -u; id -G; grep -E 'CapEff|CapBnd|NoNewPrivs' "
      "/proc/self/status");
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_THAT(result.trace.answer,
              Not(testing::AnyOf(HasSubstr("sesame"), HasSubstr("written"), HasSubstr("root:"), HasSubstr("changed"))));
  EXPECT_FALSE(std::filesystem::exists("/tmp/own"));
  const ProbeResult who =
      run_script("id -u; id -G; grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status; ls /proc/self/fd | tr '\\n' ' '");
  EXPECT_EQ(who.trace.answer,
            "65534\n65534\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n0 1 2 3 ")
      << "3 is the directory that ls reads";
}

TEST_F(ScriptProbe, AtTheTimeoutAllOfItDies) {
  write(
      "#!/bin/sh\ntrap '' TERM HUP INT\nsetsid sleep 4711.25 >/dev/null 2>&1 &\nsleep 4711.25 &\necho waiting\nwait\n");
  const ProbeResult result = run(std::chrono::milliseconds(700));
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_EQ(result.rule, "timeout");
  EXPECT_EQ(result.reason, "check.sh had not ended after 700 ms and was killed; it had said: waiting");
  EXPECT_TRUE(run_until([] { return count_processes("4711.25") == 0; }));
}

TEST_F(ScriptProbe, WhatItLeavesBehindDiesWithIt) {
  const ProbeResult result = run_script("setsid sleep 4712.25 >/dev/null 2>&1 & sleep 0.05; exit 0");
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_TRUE(run_until([] { return count_processes("4712.25") == 0; }));
}

TEST_F(ScriptProbe, AChildThatHoldsTheOutputKeepsNobodyWaiting) {
  const ProbeResult result = run_script("sleep 4713.25 & echo started; exit 0");
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
}

TEST_F(ScriptProbe, AFloodIsCutOff) {
  const ProbeResult result = run_script("exec yes 'a line without end'");
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_EQ(result.reason, "check.sh wrote more than 1024 KiB and was killed");
  EXPECT_EQ(result.trace.answer.size(), Trace::kTextLimit);
  EXPECT_TRUE(run_until([] { return count_processes("a line without end") == 0; }));
}

TEST_F(ScriptProbe, AForkBombIsBounded) {
  write("#!/bin/sh\nwhile :; do sleep 4714.25 & done\n");
  const ProbeResult result = run(std::chrono::milliseconds(1500));
  EXPECT_EQ(result.outcome, Outcome::kFailure) << result.reason;
  EXPECT_TRUE(run_until([] { return count_processes("4714.25") == 0; }));
}

TEST_F(ScriptProbe, MemoryIsLimited) {
  const ProbeResult result = run_script("exec bash -c 'ulimit -v; ulimit -u; ulimit -n; ulimit -t; ulimit -c'");
  EXPECT_EQ(result.trace.answer, "1048576\n256\n256\n10\n0\n");
}

TEST_F(ScriptProbe, RootIsRefused) {
  write("#!/bin/sh\n");
  ProbeTools tools(io_, clock_, {directory_.path(), "root", EVENKEEL_SANDBOX});
  Target target = target_of(model::HealthCheckType::kExternalScript, 1);
  target.check.script = "check.sh";
  std::optional<ProbeResult> result;
  const auto probe = make_probe(tools, target);
  probe->start([&](ProbeResult answer) { result = std::move(answer); });
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_EQ(result->outcome, Outcome::kNotChecked);
  EXPECT_THAT(result->reason, HasSubstr("scripts do not run as root"));
}

TEST_F(ScriptProbe, CancellingKillsIt) {
  write("#!/bin/sh\nexec sleep 4715.25\n");
  ProbeTools tools(io_, clock_, {directory_.path(), "nobody", EVENKEEL_SANDBOX});
  Target target = target_of(model::HealthCheckType::kExternalScript, 1);
  target.check.script = "check.sh";
  const auto probe = make_probe(tools, target);
  bool answered = false;
  probe->start([&](const ProbeResult&) { answered = true; });
  ASSERT_TRUE(run_until([] { return count_processes("4715.25") > 0; }));
  probe->cancel();
  EXPECT_TRUE(run_until([] { return count_processes("4715.25") == 0; }));
  EXPECT_FALSE(answered);
}

TEST_F(ScriptProbe, OfTheMonitorRunsForEachRealServerThatItIsToldOf) {
  write("#!/bin/sh\necho \"for $EVENKEEL_VIRTUAL_SERVICE\"\n");
  Target target = target_of(model::HealthCheckType::kExternalScript, 9100, "10.0.0.2");
  target.check.script = "check.sh";
  target.key = {"First", "PS1"};
  Target equal = target;
  equal.key = {"Second", "PS1"};
  Monitor monitor(io_, clock_, nullptr, {}, {directory_.path(), "nobody", EVENKEEL_SANDBOX});
  monitor.configure({target, equal});
  const auto are_up = [&] {
    return std::ranges::all_of(monitor.statuses(), [](const Status& one) { return one.verdict == Verdict::kUp; });
  };
  ASSERT_TRUE(run_until(are_up));
  EXPECT_THAT(monitor.statuses().at(0).reason, HasSubstr("for First"));
  EXPECT_THAT(monitor.statuses().at(1).reason, HasSubstr("for Second"));
}

}  // namespace
}  // namespace evenkeel::health
