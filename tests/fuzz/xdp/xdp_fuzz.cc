// Captures in, the real XDP program's verdicts and frames out, by BPF_PROG_TEST_RUN; every frame is judged (judge.h).
#include "capture_file.h"
#include "clients.h"
#include "coverage.h"
#include "event.h"
#include "farm.h"
#include "judge.h"

namespace evenkeel::packet {
namespace {

Event observe(const Bytes& frame, Output output, const Farm::Counts& before, const Farm::Counts& after) {
  Event event;
  event.frame = frame;
  event.output = std::move(output);
  for (uint32_t reason = 0; reason < EK_REASONS_COUNT; ++reason) {
    event.reasons.insert(event.reasons.end(), after.reasons[reason] - before.reasons[reason], reason);
  }
  for (uint32_t id = 1; id < after.servers.size(); ++id) {
    const uint64_t sent = after.servers[id].packets - before.servers[id].packets;
    const uint64_t answered = after.servers[id].answer_packets - before.servers[id].answer_packets;
    if (sent != 0) event.to_server = id;
    if (answered != 0) event.from_server = id;
    event.counted += static_cast<uint32_t>(sent + answered);
  }
  return event;
}

void run(std::span<const uint8_t> file) {
  static Farm farm;
  static Coverage coverage(farm.plane());
  const Capture capture = read_capture(file);
  farm.forget();
  farm.plane().arrays().partial_checksums = capture.partial_checksums ? 1 : 0;
  coverage.start();
  Judge judge(farm);
  Clients clients;
  Farm::Counts before = farm.counts();
  for (const Captured& captured : capture.frames) {
    if (captured.frame.size() < 14) continue;  // the kernel refuses to run those
    farm.plane().set_tick(1000 + captured.second - capture.frames.front().second);
    const Bytes frame = clients.acknowledging(captured.frame);
    judge.before(frame);
    Output output = farm.plane().run(frame);
    Farm::Counts after = farm.counts();
    Event event = observe(frame, std::move(output), before, after);
    event.partial_checksums = capture.partial_checksums;
    judge.after(event);
    if (event.has(EK_REASON_SYN_COOKIE)) clients.note_cookie(event.frame, event.output.bytes);
    before = std::move(after);
  }
  coverage.collect();
}

}  // namespace
}  // namespace evenkeel::packet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  evenkeel::packet::run({data, size});
  return 0;
}
