#pragma once
// A table of aligned columns, measured as the terminal shows them.

#include <string>
#include <vector>

#include "cli/terminal.h"

namespace evenkeel::cli {

enum class Align { kLeft, kRight };

struct Column {
  std::string heading;
  Align align = Align::kLeft;
  bool hidden = false;
};

struct Cell {
  std::string text;  // printable
  Colour colour = Colour::kNone;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add_row(std::vector<Cell> cells);  // as many as columns
  // A line of its own under the row before, across all columns; cut to the terminal's width.
  void add_line(std::string text, Colour colour = Colour::kNone);
  size_t width() const;  // of the widest row, without lines
  bool empty() const { return rows_.empty(); }
  std::string render(const Terminal& terminal) const;

 private:
  struct Row {
    std::vector<Cell> cells;
    Cell line;  // when there are no cells
  };
  std::vector<size_t> column_widths() const;
  std::string render_row(const std::vector<Cell>& cells, const std::vector<size_t>& widths,
                         const Terminal& terminal) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace evenkeel::cli
