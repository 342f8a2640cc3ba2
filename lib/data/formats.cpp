#include "data/formats.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>

#include "base/directory.hpp"
#include "base/input_file.hpp"
#include "data/file_list.hpp"
#include "data/gzip.hpp"
#include "data/idx_folder.hpp"
#include "data/image_folder.hpp"
#include "data/npz.hpp"
#include "data/npz_pair.hpp"
#include "data/pixel_table.hpp"
#include "data/shards.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

namespace fs = std::filesystem;

// A header of 785 columns is longer, and known by less.
constexpr std::size_t kBegin = 4096;

bool is_folder(const std::string& path) {
  std::error_code none;
  return fs::is_directory(path, none);
}

/// The files in a folder whose names end so.
std::vector<std::string> files_ending(const std::string& folder, std::string_view end) {
  std::vector<std::string> files;
  for (DirectoryEntry& entry : entries_of(folder)) {
    const bool is_file = entry.kind == DirectoryEntry::Kind::kFile;
    if (is_file && entry.path.ends_with(end)) files.push_back(std::move(entry.path));
  }
  return files;
}

/// The path itself where it is a file, else the one file in the folder that ends so or, packed,
/// with .gz behind it; "" where none or more do.
std::string only_file(const std::string& path, const std::string& end) {
  if (!is_folder(path)) return path;
  std::vector<std::string> files = files_ending(path, end);
  if (files.empty()) files = files_ending(path, end + ".gz");
  return files.size() == 1 ? files[0] : "";
}

template <typename IsA>
bool begins(const std::string& file, const IsA& is_a) {
  return !file.empty() && is_a(unpacked_begin(first_bytes_of(file, kBegin), kBegin));
}

// --- IDX files

Dataset load_idx_set(const std::string& path, Part part, std::span<const std::string>) {
  return load_idx(find_idx_set(path), part);
}
bool has_idx_set(const std::string& path, Part part) {
  return has_idx(find_idx_set(path), part);
}

// --- lists of files

/// A list that stands for the folder it lies in.
std::string list_in(const std::string& path) {
  if (!is_folder(path)) return path;
  constexpr const char* kNames[] = {"labels.csv", "labels.jsonl", "metadata.csv", "metadata.jsonl"};
  for (const char* name : kNames) {
    for (const char* packed : {"", ".gz"}) {
      const std::string file = (fs::path(path) / (std::string(name) + packed)).string();
      if (is_there(file)) return file;
    }
  }
  return "";
}
bool is_list(const std::string& path) {
  return begins(list_in(path), is_file_list);
}
bool has_list(const std::string&, Part part) {
  return part == Part::kWhole;
}
Dataset load_list(const std::string& path, Part, std::span<const std::string> known) {
  Dataset set = load_file_list(list_in(path), known);
  set.name = set_name(path, Part::kWhole);
  return set;
}

// --- NumPy's archives

Dataset load_npz_files(const std::string& path, Part part, std::span<const std::string>) {
  return load_npz_pair(path, part);
}

bool is_npz_set(const std::string& path) {
  return begins(only_file(path, ".npz"), is_npz);
}
bool has_npz(const std::string& path, Part part) {
  return NpzFile(only_file(path, ".npz")).has(part);
}
Dataset load_npz(const std::string& path, Part part, std::span<const std::string>) {
  return NpzFile(only_file(path, ".npz")).load(part);
}

// --- tables of pixels

/// The table of the part; "" where there is none.
std::string table_of(const std::string& path, Part part) {
  if (part == Part::kWhole) return only_file(path, ".csv");
  return is_folder(path) ? only_file(path, part == Part::kTrain ? "train.csv" : "test.csv") : "";
}
bool is_table(const std::string& path) {
  return std::ranges::any_of(std::array{Part::kTrain, Part::kTest, Part::kWhole}, [&](Part part) {
    return begins(table_of(path, part), is_pixel_table);
  });
}
bool has_table(const std::string& path, Part part) {
  const std::string file = table_of(path, part);
  if (!begins(file, is_pixel_table)) return false;
  // Kaggle's test.csv is there to be answered, and cannot be measured by.
  return part != Part::kTest || table_has_labels(file);
}
Dataset load_table(const std::string& path, Part part, std::span<const std::string>) {
  const std::string file = table_of(path, part);
  if (file.empty()) {
    throw Error(ErrorCode::kNotFound, path + ": is no set with a " +
                                          (part == Part::kTrain ? "train" : "test") +
                                          ".csv of its own");
  }
  Dataset set = load_pixel_table(file);
  if (set.labels.empty()) {
    throw Error(ErrorCode::kNotSupported,
                file + ": has no column of labels; predict answers such tables");
  }
  check_labels(set, file);
  set.name = set_name(path, part);
  return set;
}

// --- shards

/// The file itself, or the archives in a folder.
std::vector<std::string> shards_of(const std::string& path) {
  if (!is_folder(path)) return {path};
  return files_ending(path, ".tar");
}
bool is_shard_set(const std::string& path) {
  const std::vector<std::string> shards = shards_of(path);
  return !shards.empty() && is_shard(first_bytes_of(shards[0], kBegin));
}
bool has_shards(const std::string&, Part part) {
  return part == Part::kWhole;
}
Dataset load_shard_set(const std::string& path, Part, std::span<const std::string> known) {
  Dataset set = load_shards(shards_of(path), known);
  set.name = set_name(path, Part::kWhole);
  return set;
}

// --- Parquet

/// The files: the one that is named, those in the folder, or those in a folder in it.
std::vector<std::string> parquet_files(const std::string& path) {
  if (!is_folder(path)) return {path};
  std::vector<std::string> files = files_ending(path, ".parquet");
  if (!files.empty()) return files;
  for (const DirectoryEntry& entry : entries_of(path)) {
    if (entry.kind != DirectoryEntry::Kind::kFolder) continue;
    files = files_ending(entry.path, ".parquet");
    if (!files.empty()) return files;
  }
  return {};
}
bool is_parquet(const std::string& path) {
  const std::vector<std::string> files = parquet_files(path);
  return !files.empty() &&
         begins(files[0], [](std::string_view begin) { return begin.starts_with("PAR1"); });
}

/// As Python reads it.
std::string python_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}
bool has_parquet(const std::string&, Part part) {
  return part == Part::kWhole;
}
Dataset refuse_parquet(const std::string& path, Part, std::span<const std::string>) {
  const bool one = !is_folder(path);
  const std::string place =
      one ? path : (fs::path(parquet_files(path)[0]).parent_path() / "{}*.parquet").string();
  throw Error(
      ErrorCode::kNotSupported,
      path + ": is Parquet, which is not read; two lines of Python make data.npz of it: " +
          (one ? "`import io, numpy, pandas, PIL.Image; t = pandas.read_parquet(" +
                     python_text(path) +
                     ")` and `numpy.savez(\"data.npz\", "
                     "x=[numpy.array(PIL.Image.open(io.BytesIO(i[\"bytes\"]))) for i in t.image], "
                     "y=t.label)`"
               : "`import glob, io, numpy, pandas, PIL.Image; t = {p: "
                 "pandas.concat(map(pandas.read_parquet, glob.glob(" +
                     python_text(place) +
                     ".format(p)))) for p in (\"train\", \"test\")}` and "
                     "`numpy.savez(\"data.npz\", **{\"x_\" + p: "
                     "[numpy.array(PIL.Image.open(io.BytesIO(i[\"bytes\"]))) for i in t[p].image] "
                     "for p in t}, **{\"y_\" + p: t[p].label for p in t})`"));
}

constexpr Format kFormats[] = {
    {"IDX files", is_idx_set, has_idx_set, load_idx_set},
    {"a list of pictures", is_list, has_list, load_list},
    {"archives of pictures and of labels", is_npz_pair, has_npz_pair, load_npz_files},
    {"an .npz archive", is_npz_set, has_npz, load_npz},
    {"a table of pixels", is_table, has_table, load_table},
    {"Parquet", is_parquet, has_parquet, refuse_parquet},
    {"a folder of pictures for each class", is_image_folder, has_images, load_image_folder},
    // Behind it, for an archive may lie beside the folders.
    {"tar shards", is_shard_set, has_shards, load_shard_set},
};

const Format* format_of(const std::string& path) {
  if (!is_there(path)) return nullptr;
  const auto found =
      std::ranges::find_if(kFormats, [&](const Format& format) { return format.is_a(path); });
  return found == std::end(kFormats) ? nullptr : found;
}

constexpr const char* kForms =
    "nor is it an .npz archive, a CSV table of pixels, a list of files with labels, tar shards of "
    "WebDataset, or a folder with a folder of pictures for each class";

const Format& known_format(const std::string& path) {
  if (const Format* format = format_of(path)) return *format;
  if (!is_there(path)) throw no_such("data folder or file", path);
  if (begins(only_file(path, ".tar.gz"), is_shard)) {
    throw Error(ErrorCode::kNotSupported,
                path + ": is a packed tar archive; gzip -dc FILE unpacks it");
  }
  if (!is_folder(path)) {
    throw Error(ErrorCode::kNotSupported,
                path + ": is no data set: no IDX file of images by its name, " + kForms);
  }
  for (const char* end : {".npz", ".csv", ".jsonl"}) {
    if (files_ending(path, end).size() < 2) continue;
    throw Error(ErrorCode::kNotSupported,
                path + ": holds several " + end + " files; name one of them");
  }
  if (!files_ending(path, ".png").empty() || !files_ending(path, ".jpg").empty()) {
    throw Error(ErrorCode::kNotSupported,
                path +
                    ": holds pictures and says nothing of their labels; put them into folders 0 "
                    "to 9, or write a labels.csv with the columns file,label beside them");
  }
  throw Error(ErrorCode::kNotFound, path +
                                        ": has no train-images-idx3-ubyte (nor "
                                        "train-images-idx3-ubyte.gz), " +
                                        kForms);
}

/// The forms of files that a folder holds besides the one that is read.
std::string others_in(const std::string& path, const Format& read) {
  if (!is_folder(path)) return "";
  std::string names;
  for (const Format& format : kFormats) {
    try {
      if (format.name == read.name || !format.is_a(path)) continue;
      if (format.is_a == is_image_folder && !has_classes(path)) continue;
    } catch (const Error&) {  // It is not asked for.
      continue;
    }
    names += (names.empty() ? "" : ", ") + std::string(format.name);
  }
  return names;
}

Dataset load_as(const Format& format, const std::string& path, Part part,
                std::span<const std::string> known) {
  Dataset set = format.load(path, part, known);
  const std::string others = others_in(path, format);
  if (!others.empty()) {
    set.notes.push_back(path + ": is read as " + std::string(format.name) + "; it also holds " +
                        others + ", of which the file has to be named");
  }
  return set;
}

}  // namespace

std::span<const Format> formats() {
  return kFormats;
}

bool has(const std::string& path, Part part) {
  const Format* format = format_of(path);
  return format != nullptr && format->has(path, part);
}

std::vector<std::string> possible_files(const std::string& path) {
  const bool whole = is_folder(path);
  std::vector<std::string> files;
  if (!whole) files.push_back(path);
  const auto add = [&](std::vector<std::string> more) {
    std::ranges::move(more, std::back_inserter(files));
  };
  add(possible_npz_pairs(path));
  if (whole || is_idx_set(path)) {
    add(possible_idx_files(whole ? path : fs::path(path).parent_path().string()));
  }
  for (const char* end : {".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".npz", ".tar"}) {
    if (whole) add(files_ending(path, end));
  }
  return files;
}

Dataset load(const std::string& path, Part part, std::span<const std::string> known) {
  return load_as(known_format(path), path, part, known);
}

Dataset load_part_or_whole(const std::string& path, Part part, std::span<const std::string> known) {
  const Format& format = known_format(path);
  const bool whole = !format.has(path, part) && format.has(path, Part::kWhole);
  return load_as(format, path, whole ? Part::kWhole : part, known);
}

}  // namespace mlpctl::data
