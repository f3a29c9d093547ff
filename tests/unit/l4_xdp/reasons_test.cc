#include "engines/l4_xdp/reasons.h"

#include <gmock/gmock.h>

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::ElementsAre;
using testing::Pair;

ServiceReasonCount counted(uint16_t service, uint16_t reason, uint32_t generation, uint64_t packets) {
  return {.key = {.service = service, .reason = reason, .generation = generation}, .packets = packets};
}

const SlotOwners kOwners{{1, {.generation = 1, .label = "Print"}}, {2, {.generation = 4, .label = "Scan"}}};

TEST(Reasons, AreNamedByLabelAndReason) {
  const std::vector<ServiceReasonCount> counts{counted(2, EK_REASON_HALTED, 4, 7),
                                               counted(1, EK_REASON_NO_REAL_SERVER, 1, 5),
                                               counted(1, EK_REASON_HALTED, 1, 3)};
  EXPECT_THAT(by_label(counts, kOwners),
              ElementsAre(Pair(Pair("Print", "halted"), 3), Pair(Pair("Print", "no_real_server"), 5),
                          Pair(Pair("Scan", "halted"), 7)));
}

TEST(Reasons, OfASlotsEarlierUseAreNotItsOwners) {
  const std::vector<ServiceReasonCount> counts{counted(2, EK_REASON_HALTED, 3, 1000),
                                               counted(2, EK_REASON_HALTED, 4, 1)};
  EXPECT_THAT(by_label(counts, kOwners), ElementsAre(Pair(Pair("Scan", "halted"), 1)));
}

TEST(Reasons, OfNobodyAndUnknownOnesAreLeftOut) {
  const std::vector<ServiceReasonCount> counts{counted(3, EK_REASON_HALTED, 1, 9),
                                               counted(1, EK_REASONS_COUNT, 1, 9)};  // of a newer version
  EXPECT_TRUE(by_label(counts, kOwners).empty());
}

TEST(Reasons, GoWithTheirVirtualService) {
  ek_service slot{};
  slot.generation = 2;
  slot.timeouts[EK_STATE_ESTABLISHED] = 900;
  const auto key = [](uint32_t generation) { return counted(1, EK_REASON_HALTED, generation, 1).key; };
  EXPECT_FALSE(is_of_removed(key(2), slot));
  EXPECT_TRUE(is_of_removed(key(1), slot)) << "somebody else has the slot";
  ek_service freed{};
  freed.generation = 2;
  EXPECT_TRUE(is_of_removed(key(2), freed)) << "nobody has it";
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
