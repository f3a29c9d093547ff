// Feeds what reads uacme's output, and stored records of ACME, any bytes.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "acme/words.h"
#include "certificates/acme_record.h"

using namespace evenkeel;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (acme::failure_words(text).empty()) std::abort();
  (void)acme::failure_words("uacme: the server reported the following error:\n" + text + "\n}");
  (void)acme::has_account(text);
  const auto record = certificates::acme_record_from_stored(text);
  if (!record) return 0;
  (void)certificates::validate(*record);
  const auto again = certificates::acme_record_from_stored(certificates::to_stored(*record));
  if (!again || *again != *record) std::abort();
  return 0;
}
