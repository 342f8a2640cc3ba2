"""Model files that are none: each has its own sentence, exit 1, and stays as it was."""

import unittest
import zlib

from support import ProgramTest, write_set

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\x1c\0\0\0\x1c\x08\0\0\0\0Wf\x80H"


class ModelFiles(ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data")

    def sentence(self, path, *words):
        message = self.refused(1, "eval", "--model", path, "--data", self.data)
        self.assertIn(str(path), message)
        for word in words:
            self.assertIn(word, message.lower())
        return message

    def file(self, content):
        path = self.folder / "wrong.pt"
        path.write_bytes(content)
        return path

    def test_each_kind_of_wrong_file_is_named(self):
        sentences = {
            self.sentence(self.folder / "missing.pt", "no such file"),
            self.sentence(self.folder, "folder"),
            self.sentence(self.file(b""), "empty"),
            self.sentence(self.file(b"Dear diary\n" * 20)),
            self.sentence(self.file(PNG), "png"),
            self.sentence(self.file(b"<!DOCTYPE html><html></html>")),
            self.sentence(self.file(bytes(4096))),
        }
        self.assertEqual(len(sentences), 7)

    def test_a_cut_file_is_refused_wherever_it_is_cut(self):
        whole = self.model().read_bytes()
        for kept in (3, 10, 100, 1000, len(whole) // 2, len(whole) - 30, len(whole) - 1):
            path = self.file(whole[:kept])
            self.sentence(path)
            self.assertEqual(path.read_bytes(), whole[:kept])

    def test_a_flipped_weight_is_noticed(self):
        whole = bytearray(self.model().read_bytes())
        whole[len(whole) // 2] ^= 1
        self.sentence(self.file(bytes(whole)))


if __name__ == "__main__":
    unittest.main()
