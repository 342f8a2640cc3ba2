#include "data/formats.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>

#include "mlpctl/error.hpp"
#include "support/idx.hpp"
#include "support/npz.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::data::Dataset;
using mlpctl::data::has;
using mlpctl::data::Part;

namespace {

namespace fs = std::filesystem;

Dataset loaded(const std::string& path, Part part = Part::kTrain,
               const std::vector<std::string>& known = {}) {
  return mlpctl::data::load_part_or_whole(path, part, known);
}

void check_path_refused(const std::string& path, const std::string& sentence) {
  CHECK_THROWS_MATCHES(loaded(path), mlpctl::Error, MessageMatches(ContainsSubstring(sentence)));
}

void write_picture(const TempDir& dir, const std::string& path) {
  fs::create_directories(fs::path(dir / path).parent_path());
  dir.write(path, "picture");
}

/// One picture with its second pixel set, and the label 4.
void write_idx(const TempDir& dir, const std::string& prefix) {
  std::string picture(784, '\0');
  picture[1] = '\x05';
  dir.write(prefix + "train-images-idx3-ubyte", idx_text({1, 28, 28}, picture));
  dir.write(prefix + "train-labels-idx1-ubyte", idx_text({1}, "\x04"));
}

}  // namespace

TEST_CASE("EMNIST's pictures are turned upright, others are not") {
  for (const char* prefix : {"", "emnist-digits-", "emnist-mnist-"}) {
    const TempDir dir;
    write_idx(dir, prefix);
    const bool turned = *prefix != '\0';
    for (const std::string& path :
         {dir.path(), dir / (std::string(prefix) + "train-images-idx3-ubyte")}) {
      const Dataset set = loaded(path);
      CHECK(set.images[turned ? 28 : 1] == 5);
      CHECK(set.images[turned ? 1 : 28] == 0);
      CHECK(set.notes.size() == (turned ? 1 : 0));
    }
  }
}

TEST_CASE("QMNIST's labels are the first of eight columns") {
  const TempDir dir;
  std::string rows;
  for (int label : {4, 9}) {
    for (int column = 0; column < 8; ++column) {
      rows += std::string(3, '\0') + static_cast<char>(column == 0 ? label : 77);
    }
  }
  std::string labels = idx_text({2, 8}, rows);
  labels[2] = '\x0C';
  dir.write("qmnist-test-images-idx3-ubyte.gz",
            gzip_text(idx_text({2, 28, 28}, std::string(1568, 'a'))));
  for (const bool packed : {false, true}) {
    fs::remove(dir / "qmnist-test-labels-idx2-int");
    dir.write(std::string("qmnist-test-labels-idx2-int") + (packed ? ".gz" : ""),
              packed ? gzip_text(labels) : labels);
    const Dataset set = loaded(dir.path(), Part::kTest);
    REQUIRE(set.count() == 2);
    CHECK(set.labels[0] == 4);
    CHECK(set.labels[1] == 9);
  }
  rows[0] = '\x01';
  std::string wrong = idx_text({2, 8}, rows);
  wrong[2] = '\x0C';
  dir.write("qmnist-test-labels-idx2-int", wrong);
  CHECK_THROWS_MATCHES(loaded(dir.path(), Part::kTest), mlpctl::Error,
                       MessageMatches(ContainsSubstring("label number 0 (of 2")));
}

TEST_CASE("sets of more than ten classes, and several in one folder, are refused") {
  const TempDir letters;
  write_idx(letters, "emnist-letters-");
  check_path_refused(letters.path(), "emnist-letters has 26 classes, and the net tells ten apart");
  const TempDir several;
  write_idx(several, "emnist-digits-");
  write_idx(several, "emnist-byclass-");
  check_path_refused(several.path(), "holds several sets (emnist-digits, emnist-byclass)");
  CHECK(loaded(several / "emnist-digits-train-images-idx3-ubyte").count() == 1);
  write_idx(several, "");
  CHECK(loaded(several.path()).images[1] == 5);
}

TEST_CASE("a folder of pictures for each class, divided or not") {
  const TempDir dir;
  for (const char* path :
       {"3/b.png", "3/deep/a.png", "3/.hidden", "7/c.png", "7/@eaDir/c.png", "__MACOSX/d.png"})
    write_picture(dir, path);
  CHECK(has(dir.path(), Part::kWhole));
  CHECK_FALSE(has(dir.path(), Part::kTrain));
  const Dataset whole = loaded(dir.path());
  CHECK(whole.files ==
        std::vector<std::string>{dir / "3/b.png", dir / "3/deep/a.png", dir / "7/c.png"});
  CHECK(std::vector<int>(whole.labels.begin(), whole.labels.end()) == std::vector<int>{3, 3, 7});

  const TempDir divided;
  for (const char* path : {"train/1/a.png", "val/2/b.png"}) write_picture(divided, path);
  CHECK(has(divided.path(), Part::kTrain));
  CHECK_FALSE(has(divided.path(), Part::kWhole));
  CHECK(loaded(divided.path(), Part::kTrain).labels[0] == 1);
  CHECK(loaded(divided.path(), Part::kTest).labels[0] == 2);
  write_picture(divided, "test/5/c.png");
  CHECK(loaded(divided.path(), Part::kTest).labels[0] == 5);
}

TEST_CASE("classes are digits, ten names, or those that a model knows") {
  const TempDir dir;
  for (const char* path : {"cat/a.png", "dog/b.png"}) write_picture(dir, path);
  check_path_refused(dir.path(), "has 2 classes (cat, dog); name them 0 to 9, or have ten names");
  std::vector<std::string> known{"ant", "dog", "cat"};
  const Dataset set = loaded(dir.path(), Part::kTest, known);
  CHECK(set.labels[0] == 2);
  CHECK(set.labels[1] == 1);
  CHECK(set.classes == known);
  for (int i = 0; i < 8; ++i) write_picture(dir, "kind " + std::to_string(i) + "/a.png");
  const Dataset ten = loaded(dir.path());
  CHECK(ten.classes.size() == 10);
  CHECK(ten.classes[0] == "cat");
  write_picture(dir, "one more/a.png");
  check_path_refused(dir.path(), "has 11 classes (cat, dog, kind 0, kind 1, ...)");
}

TEST_CASE("one file in a folder stands for it") {
  const TempDir npz;
  npz.write("mnist.npz", zip_text({{"x.npy", npy_text("|u1", "(1, 28, 28)", std::string(784, 'a'))},
                                   {"y.npy", npy_text("|u1", "(1,)", "\x06")}}));
  CHECK(loaded(npz.path()).labels[0] == 6);
  CHECK(loaded(npz / "mnist.npz", Part::kTest).labels[0] == 6);
  const TempDir list;
  list.write("labels.csv", "file,label\na.png,8\n");
  CHECK(loaded(list.path()).labels[0] == 8);
}

TEST_CASE("Kaggle's folder has a part to train on and one to answer") {
  const TempDir dir;
  std::string row;
  for (int i = 0; i < 784; ++i) row += ",0";
  dir.write("train.csv", "3" + row + "\n");
  dir.write("test.csv", row.substr(1) + "\n");
  dir.write("sample_submission.csv", "ImageId,Label\n1,0\n");
  CHECK(loaded(dir.path()).labels[0] == 3);
  CHECK_FALSE(has(dir.path(), Part::kTest));
  check_path_refused(dir / "test.csv", "has no column of labels; predict answers such tables");
  dir.write("mnist_test.csv", "4" + row + "\n");
  fs::remove(dir / "test.csv");
  CHECK(loaded(dir.path(), Part::kTest).labels[0] == 4);
}

TEST_CASE("KMNIST's pairs of archives, by their folder or the archive of pictures") {
  const TempDir dir;
  const auto write_pair = [&](const std::string& stem, char label) {
    const std::string end(1, label);
    dir.write(stem + "-imgs.npz",
              zip_text({{"arr_0.npy", npy_text("|u1", "(1, 28, 28)", std::string(784, 'a'))}}));
    dir.write(stem + "-labels.npz", zip_text({{"arr_0.npy", npy_text("|u1", "(1,)", end)}}));
  };
  write_pair("kmnist-train", '\x03');
  write_pair("kmnist-test", '\x08');
  for (const std::string& path : {dir.path(), dir / "kmnist-test-imgs.npz"}) {
    CHECK_FALSE(has(path, Part::kWhole));
    CHECK(loaded(path).labels[0] == 3);
    const Dataset test = loaded(path, Part::kTest);
    CHECK(test.labels[0] == 8);
    CHECK(test.images[0] == 'a');
    CHECK(test.name == "kmnist test");
    const auto files = mlpctl::data::possible_files(path);
    CHECK(std::ranges::count(files, dir / "kmnist-train-labels.npz") > 0);
  }
  check_path_refused(dir / "kmnist-test-labels.npz", "has no arrays x_train and y_train");
  write_pair("k49-train", '\x30');
  check_path_refused(dir.path(), "holds several sets; name the archive of pictures of one");
  check_path_refused(dir / "k49-train-imgs.npz", "is 48; labels are 0 to 9");
  dir.remove("kmnist-train-labels.npz");
  CHECK_FALSE(has(dir / "kmnist-train-imgs.npz", Part::kTrain));
  check_path_refused(dir / "kmnist-train-imgs.npz", "kmnist-train-labels.npz: no such file");
}

TEST_CASE("tables and lists are read packed as well") {
  std::string row;
  for (int i = 0; i < 784; ++i) row += ",0";
  const TempDir dir;
  dir.write("train.csv.gz", gzip_text("3" + row + "\n"));
  dir.write("test.csv.gz", gzip_text("5" + row + "\n"));
  CHECK(loaded(dir.path()).labels[0] == 3);
  CHECK(loaded(dir.path(), Part::kTest).labels[0] == 5);
  CHECK(loaded(dir / "test.csv.gz").labels[0] == 5);
  dir.write("test.csv.gz", gzip_text(row.substr(1) + "\n"));
  CHECK_FALSE(has(dir.path(), Part::kTest));
  check_path_refused(dir / "test.csv.gz", "has no column of labels");
  const auto files = mlpctl::data::possible_files(dir.path());
  CHECK(std::ranges::count(files, dir / "train.csv.gz") == 1);
  dir.write("train.csv.gz", gzip_text("3" + row + "\n").substr(0, 30));
  check_path_refused(dir / "train.csv.gz", "cut off");
  const TempDir list;
  list.write("labels.csv.gz", gzip_text("file,label\na.png,8\n"));
  CHECK(loaded(list.path()).labels[0] == 8);
}

TEST_CASE("what is no data set is told what one is") {
  const TempDir dir;
  check_path_refused(dir.path(), "has no train-images-idx3-ubyte");
  check_path_refused(dir / "none", "no such data folder or file");
  dir.write("notes.txt", "hello");
  check_path_refused(dir / "notes.txt", "is no data set");
  dir.write("a.png", "picture");
  check_path_refused(dir.path(), "write a labels.csv with the columns file,label");
  dir.write("train.parquet", "PAR1....PAR1");
  check_path_refused(dir / "train.parquet", "two lines of Python make data.npz of it: `import io");
  check_path_refused(dir.path(), "is Parquet");
  const TempDir above;
  fs::create_directory(above / "mnist");
  const TempDir& set = above;
  set.write("mnist/train-images-idx3-ubyte", "x");
  check_path_refused(above.path(), "holds data sets; name one: " + (above / "mnist"));
}

TEST_CASE("every file that a run may read is named") {
  const TempDir dir;
  dir.write("labels.csv", "");
  const auto files = mlpctl::data::possible_files(dir.path());
  for (const char* name :
       {"labels.csv", "classes.txt", "emnist-digits-test-images-idx3-ubyte.gz"}) {
    CHECK(std::ranges::count(files, dir / name) == 1);
  }
  CHECK(mlpctl::data::possible_files(dir / "labels.csv") ==
        std::vector<std::string>{dir / "labels.csv"});
  // A file of images stands for its labels, too.
  const auto of_file = mlpctl::data::possible_files(dir / "t10k-images-idx3-ubyte");
  CHECK(std::ranges::count(of_file, dir / "t10k-labels-idx1-ubyte") == 1);
}
