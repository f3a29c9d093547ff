#include "capture_file.h"

#include <algorithm>
#include <cstring>

namespace evenkeel::packet {
namespace {

constexpr size_t kLongestFrame = 2000;

struct FileHeader {
  uint32_t magic = 0xa1b2c3d4;
  uint16_t major = 2, minor = 4;
  uint32_t zone = 0, accuracy = 0, longest = 65535, link = 1;
};
struct RecordHeader {
  uint32_t second, microsecond, captured, length;
};

void append(Bytes& bytes, const void* data, size_t size) {
  const auto* from = static_cast<const uint8_t*>(data);
  bytes.insert(bytes.end(), from, from + size);
}

}  // namespace

Capture read_capture(std::span<const uint8_t> file) {
  Capture capture;
  FileHeader of_file;
  if (file.size() >= sizeof of_file) memcpy(&of_file, file.data(), sizeof of_file);
  capture.partial_checksums = of_file.accuracy != 0;
  size_t at = sizeof(FileHeader);
  while (at + sizeof(RecordHeader) <= file.size()) {
    RecordHeader header;
    memcpy(&header, file.data() + at, sizeof header);
    at += sizeof header;
    const size_t length = std::min<size_t>(header.captured, file.size() - at);
    const auto begin = file.begin() + static_cast<ptrdiff_t>(at);
    capture.frames.push_back(
        {header.second, Bytes(begin, begin + static_cast<ptrdiff_t>(std::min(length, kLongestFrame)))});
    at += length;
  }
  return capture;
}

Bytes write_capture(const Capture& capture) {
  Bytes file;
  FileHeader header;
  header.accuracy = capture.partial_checksums ? 1 : 0;
  append(file, &header, sizeof header);
  for (const Captured& captured : capture.frames) {
    const auto length = static_cast<uint32_t>(captured.frame.size());
    const RecordHeader record = {captured.second, 0, length, length};
    append(file, &record, sizeof record);
    append(file, captured.frame.data(), length);
  }
  return file;
}

}  // namespace evenkeel::packet
