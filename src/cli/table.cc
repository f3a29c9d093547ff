#include "cli/table.h"

#include <algorithm>

#include "cli/text.h"

namespace evenkeel::cli {
namespace {

constexpr size_t kGap = 2;

}  // namespace

void Table::add_row(std::vector<Cell> cells) {
  cells.resize(columns_.size());
  rows_.push_back({std::move(cells), {}});
}

void Table::add_line(std::string text, Colour colour) {
  rows_.push_back({{}, {std::move(text), colour}});
}

std::vector<size_t> Table::column_widths() const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t widest = columns(columns_[i].heading);
    for (const Row& row : rows_) {
      widest = row.cells.empty() ? widest : std::max(widest, columns(row.cells[i].text));
    }
    widths.push_back(columns_[i].hidden ? 0 : widest);
  }
  return widths;
}

size_t Table::width() const {
  const std::vector<size_t> widths = column_widths();
  size_t total = 0;
  for (size_t i = 0; i < widths.size(); ++i) {
    total += columns_[i].hidden ? 0 : widths[i] + kGap;
  }
  return total - std::min(total, kGap);
}

std::string Table::render_row(const std::vector<Cell>& cells, const std::vector<size_t>& widths,
                              const Terminal& terminal) const {
  std::string line;
  size_t used = 0;     // columns of the line so far
  size_t pending = 0;  // spaces owed before the next text: none are left at the end of a line
  for (size_t i = 0; i < cells.size(); ++i) {
    if (columns_[i].hidden) continue;
    const size_t padding = widths[i] - columns(cells[i].text);
    pending += columns_[i].align == Align::kRight ? padding : 0;
    const std::string text = terminal.fitted(cells[i].text, used + pending);
    if (!text.empty()) {
      line += std::string(pending, ' ') + terminal.paint(text, cells[i].colour);
      used += pending + columns(text);
      pending = 0;
    }
    pending += kGap + (columns_[i].align == Align::kLeft ? padding : 0);
  }
  return line;
}

std::string Table::render(const Terminal& terminal) const {
  const std::vector<size_t> widths = column_widths();
  std::vector<Cell> headings;
  for (const Column& column : columns_) {
    headings.push_back({column.heading, Colour::kDim});
  }
  std::string text = render_row(headings, widths, terminal) + "\n";
  for (const Row& row : rows_) {
    text += row.cells.empty() ? terminal.paint(terminal.fitted(row.line.text, 0), row.line.colour)
                              : render_row(row.cells, widths, terminal);
    text += "\n";
  }
  return text;
}

}  // namespace evenkeel::cli
