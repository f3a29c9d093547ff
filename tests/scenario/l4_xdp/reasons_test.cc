// Reasons by virtual service, from the maps to the engine's counters. Needs root.
#include <gmock/gmock.h>

#include <filesystem>

#include "engine_fixture.h"
#include "engines/l4_xdp/array_map.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class ReasonsTest : public EngineTest {
 protected:
  // A segment of no connection, to this virtual address and port.
  void send_stray(const std::string& address, uint16_t port) const {
    auto bytes = packet::Frame().ipv4("192.0.2.1", address).tcp(4000, port, packet::kAck).bytes();
    auto options = libbpf_options<bpf_test_run_opts>();
    options.data_in = bytes.data();
    options.data_size_in = static_cast<uint32_t>(bytes.size());
    EXPECT_EQ(bpf_prog_test_run_opts(pinned("evenkeel_xdp").get(), &options), 0);
  }
  std::map<L4Engine::ServiceReason, uint64_t> counts() const {
    const auto counters = engine_->counters();
    EXPECT_TRUE(counters) << to_string(counters.error());
    return counters ? counters->service_reasons : std::map<L4Engine::ServiceReason, uint64_t>{};
  }
  size_t entries() const {
    size_t count = 0;
    ek_service_reason key{};
    const Fd map = pinned("service_reasons");
    for (void* before = nullptr; bpf_map_get_next_key(map.get(), before, &key) == 0; before = &key) ++count;
    return count;
  }
  static desired::Layer4 two_services() {
    return layer4({service("a", "10.0.0.1", "80", {real_server("r", "10.0.0.21")}),
                   service("b", "10.0.0.2", "80", {real_server("r", "10.0.0.21")})});
  }
};

TEST_F(ReasonsTest, AreCountedByVirtualServiceAndSurviveARestart) {
  apply(two_services());
  EXPECT_THAT(counts(), IsEmpty());
  send_stray("10.0.0.1", 80);
  send_stray("10.0.0.2", 80);
  send_stray("10.0.0.2", 80);
  const auto both = ElementsAre(Pair(Pair("a", "not_a_connection"), 1), Pair(Pair("b", "not_a_connection"), 2));
  EXPECT_THAT(counts(), both);
  open();
  EXPECT_THAT(counts(), IsEmpty()) << "nobody has said yet what the slots are called";
  EXPECT_EQ(entries(), 2U) << "and nothing is forgotten because of that";
  apply(two_services());
  EXPECT_THAT(counts(), both);
}

TEST_F(ReasonsTest, FollowARename) {
  apply(two_services());
  send_stray("10.0.0.1", 80);
  auto renamed = two_services();
  renamed.virtual_services[0].label = "c";
  apply(renamed);
  EXPECT_THAT(counts(), ElementsAre(Pair(Pair("c", "not_a_connection"), 1)));
}

TEST_F(ReasonsTest, GoWithTheirVirtualServiceAndAreNobodysInheritance) {
  apply(two_services());
  send_stray("10.0.0.1", 80);
  send_stray("10.0.0.2", 80);
  auto want = two_services();
  want.virtual_services.erase(want.virtual_services.begin());
  apply(want);
  EXPECT_THAT(counts(), ElementsAre(Pair(Pair("b", "not_a_connection"), 1)));
  EXPECT_EQ(entries(), 1U);

  // As if the slot of "b" had been given to another one, with what "b" has counted still there.
  auto record = arrays()->services[2];
  record.generation++;
  engine_.reset();
  arrays()->services[2] = record;
  open();
  apply(want);
  EXPECT_THAT(counts(), IsEmpty());
  EXPECT_EQ(entries(), 0U);
}

TEST_F(ReasonsTest, AreReadWholeHoweverManyThereAre) {
  apply(two_services());
  const std::vector<uint64_t> values(ArrayMap::possible_cpus(), 1);
  const Fd map = pinned("service_reasons");
  for (uint16_t reason = 0; reason < EK_REASONS_COUNT; ++reason) {
    const ek_service_reason key{.service = 1, .reason = reason, .generation = 1};
    ASSERT_EQ(bpf_map_update_elem(map.get(), &key, values.data(), BPF_ANY), 0);
  }
  for (uint32_t generation = 2; generation < 3000; ++generation) {  // of services that are gone
    const ek_service_reason key{.service = 2, .reason = 0, .generation = generation};
    ASSERT_EQ(bpf_map_update_elem(map.get(), &key, values.data(), BPF_ANY), 0);
  }
  const auto read = counts();
  EXPECT_EQ(read.size(), EK_REASONS_COUNT);
  EXPECT_EQ(read.at({"a", "halted"}), values.size());
  EXPECT_EQ(entries(), EK_REASONS_COUNT);
}

TEST_F(ReasonsTest, AnUpgradeFromAVersionWithoutThemKeepsEverythingElse) {
  apply(print_farm());
  reach_print_servers();
  establish("192.0.2.9", 5000);
  const size_t before = connections().size();
  engine_.reset();
  std::filesystem::remove(sandbox_->pin_directory() + "/service_reasons");
  open();
  apply(print_farm());
  EXPECT_EQ(connections().size(), before);
  send_stray("10.0.0.1", 9163);
  EXPECT_THAT(counts(), ElementsAre(Pair(Pair("print", "not_a_connection"), 1)));
  EXPECT_THAT(pins(), testing::Contains("service_reasons"));
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
