"""The pages of --report in a real browser: drawn without a complaint or a request, usable without a
mouse, readable by everybody, and proof against what names and files hold."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from browser import Browser, installed  # noqa: E402
from support import ProgramTest, idx, pictures, run, with_record, write_set  # noqa: E402

TRAINS = os.environ.get("TEST_TRAINS", "ON") == "ON"
LIMIT = 2_000_000  # bytes a page
NARROW = 400  # pixels
# A file may be called any of these; each would do something in a page that took it for HTML.
NAMES = [b"<script>alert(1)<|script>.pgm", b"<img src=x onerror=alert(1)>.pgm", b"\"onload='alert(1)'.pgm",
         b"<!--<script>.pgm", b"{{data}}.pgm", b"\xff\xfe\x01\x1b[2J.pgm", b"a\nb.pgm", "\u202egnp.pgm".encode(),
         b"&lt;b&gt;.pgm", b"]]>.pgm"]


def axe():
    """The text of axe-core, which the package axe-core-python brings."""
    for folder in map(pathlib.Path, [os.environ.get("TEST_AXE", ""), *sys.path]):
        for place in (folder / "axe.min.js", folder / "axe_core_python" / "axe.min.js"):
            if place.is_file():
                return place.read_text()
    return None


@unittest.skipUnless(installed(), "there is no Chromium: scripts/setup.sh installs it on Debian")
class Pages(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
        cls.axe = axe()

    def look(self, path):
        """Opens the page and looks at it as everybody may have it."""
        browser = self.browser
        self.assertLess(path.stat().st_size, LIMIT)
        browser.scheme("light")
        browser.open(path)
        self.check_accessible("light")
        browser.scheme("dark")
        self.check_accessible("dark")
        browser.scheme("light", "print")
        self.assertTrue(browser.pdf().startswith(b"%PDF"))
        browser.scheme("light")
        browser.size(NARROW, 800)
        self.assertLessEqual(browser.run("document.documentElement.scrollWidth"), NARROW)
        self.check_quiet(path)
        browser.size(1200, 900)

    def check_accessible(self, scheme):
        if self.axe is None:
            self.fail("axe-core is missing: scripts/setup.sh installs axe-core-python")
        self.browser.run(self.axe + ";0")
        found = self.browser.run("""axe.run(document).then((result) => result.violations.map(
            (each) => [each.id, each.help, each.nodes.slice(0, 3).map((node) => node.html + node.failureSummary)]))""")
        self.assertEqual(found, [], scheme)

    def check_quiet(self, path):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [path.resolve().as_uri()])

    def text_of(self, selector):
        return self.browser.run(f"document.querySelector({json.dumps(selector)}).innerText")

    def count_of(self, selector):
        return self.browser.run(f"document.querySelectorAll({json.dumps(selector)}).length")


class Evaluation(Pages):
    def setUp(self):
        super().setUp()
        self.data = write_set(self.folder / "data")
        self.page = self.folder / "report.html"

    def evaluate(self, model, *more):
        """The page, and what --json says of the same."""
        return json.loads(self.done("eval", "--model", model, "--data", self.data, "--json",
                                    "--report", self.page, *more))

    def test_what_the_page_shows_is_what_eval_says(self):
        answer = self.evaluate(self.model())
        self.look(self.page)
        self.assertEqual(self.text_of("#accuracy .headline"), f"{100 * answer['accuracy']:.2f} %")
        table = self.browser.run("""[...document.querySelectorAll("#confusion tbody tr")].map(
            (row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.innerText)))""")
        self.assertEqual(table, answer["confusion"])
        wrong = round((1 - answer["accuracy"]) * answer["count"])
        self.assertEqual(self.count_of("#worst .card"), min(40, wrong))
        self.assertEqual(self.count_of("#worst .card .bars dt"), 3 * min(40, wrong))

    def test_a_cell_opens_its_pictures_by_mouse_and_by_keyboard(self):
        answer = self.evaluate(self.model())
        browser = self.browser
        browser.open(self.page)
        cells = {(i, j): number for i, row in enumerate(answer["confusion"]) for j, number in enumerate(row) if number}
        for label, guess in list(cells)[:3]:
            browser.click(f'[data-cell="{label} {guess}"]')
            self.assertEqual(self.opened(), f"{label} {guess}")
            shown = min(cells[label, guess], 40 if label == guess else 24)
            self.assertEqual(self.count_of("#cell canvas"), shown)
            self.assertIn(f"{cells[label, guess]} picture", self.text_of("#cell h3"))
        # One of the cells is on the way of the tabulator, and the arrows go on from it.
        self.assertEqual(self.count_of('#confusion [tabindex="0"]'), 1)
        start = self.opened()
        browser.run(f"document.querySelector('[data-cell=\"{start}\"]').focus()")
        visited = {start}
        for key in ("ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowRight"):
            browser.press(key)
            visited.add(browser.run("document.activeElement.dataset.cell"))
        self.assertGreater(len(visited), 1)
        for key in ("Enter", " "):
            for arrow in ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"):
                browser.press(arrow)
                there = browser.run("document.activeElement.dataset.cell")
                if there != self.opened():
                    break
            self.assertNotEqual(there, self.opened())
            browser.press(key)
            self.assertEqual(self.opened(), there)
        self.check_quiet(self.page)

    def opened(self):
        return self.browser.run("document.querySelector('#confusion [aria-pressed=true]').dataset.cell")

    def test_the_pictures_are_those_of_the_set(self):
        """A bright square stands where the label puts it: so the sheet and its places agree."""
        self.evaluate(self.model())
        self.browser.open(self.page)
        seen = self.browser.run("""[...document.querySelectorAll("#worst .card")].map((card) => {
            const pixels = card.querySelector("canvas").getContext("2d").getImageData(0, 0, 28, 28).data;
            const label = Number(card.querySelector("h3").innerText[0]);
            const y = 3 + Math.floor(label / 5) * 12 + 3, x = 1 + (label % 5) * 5 + 2;
            return pixels[4 * (y * 28 + x)]; })""")
        self.assertGreater(len(seen), 5)
        self.assertGreater(min(seen), 200)

    def test_names_of_classes_are_names(self):
        names = ["<script>alert(1)</script>", "</script><b>", "\" onclick=x '", "&amp;", "{{data}}", "\u202eabc",
                 *(f"kind {n} with a name that is long" for n in range(6, 10))]
        lent = with_record(self.model(), self.folder / "<b>lent.pt", json.dumps(
            {"classes": names, "training": {"recipe": "<i>", "</script>": "<script>alert(1)</script>",
                                               "long": "x" * 30_000}}))
        self.evaluate(lent)
        self.look(self.page)
        heads = self.browser.run("""[...document.querySelectorAll("#classes tbody th")].map((each) => each.innerText)""")
        self.assertEqual(heads, [name.replace("\u202e", "\\u{202e}") for name in names])
        self.assertEqual(self.count_of("b, i"), 0)
        self.assertIn("<b>lent.pt", self.text_of("h1"))

    def test_ten_thousand_noisy_pictures_are_below_two_megabytes(self):
        for name, sizes, values in (("images-idx3", [10_000, 28, 28], os.urandom(7_840_000)),
                                    ("labels-idx1", [10_000], bytes(n % 10 for n in range(10_000)))):
            (self.data / f"t10k-{name}-ubyte").write_bytes(idx(sizes, values))
        self.evaluate(self.model())
        self.look(self.page)

    def test_the_summary_is_markdown(self):
        summary = self.folder / "report.md"
        answer = self.evaluate(self.model(), "--report", summary)
        text = summary.read_text()
        self.assertIn(f"**{100 * answer['accuracy']:.2f} % right**", text)
        self.assertTrue(self.page.exists())
        lines = [line for line in text.splitlines() if line.startswith("|")]
        self.assertTrue(all(line.endswith("|") for line in lines), text)

    def test_what_cannot_be_a_report(self):
        model = self.model()
        arguments = ["eval", "--model", model, "--data", self.data, "--report"]
        self.assertIn("name a .html file", self.refused(2, *arguments, self.folder / "x.txt"))
        labels = self.data / "t10k-labels-idx1-ubyte"
        os.link(labels, self.folder / "labels.html")
        self.assertIn("are one file", self.refused(2, *arguments, self.folder / "labels.html"))
        self.assertIn("does not exist", self.refused(1, *arguments, self.folder / "none" / "x.html"))

    @unittest.skipUnless(TRAINS, "built without LibTorch")
    def test_a_training_shows_how_it_learnt(self):
        out = self.folder / "out.pt"
        self.done("train", "--recipe", "plain", "--data", self.data, "--out", out, "--epochs", 3, "--threads", 1,
                  "--seed", 7, "--report", self.page, "--report", self.folder / "report.md")
        self.look(self.page)
        self.assertEqual(self.count_of("#learning tbody tr"), 3)
        self.assertGreaterEqual(self.count_of("#learning path.curve"), 4)
        self.assertIn("The recipe plain reaches 97.88 %", self.text_of("#comparison"))
        self.evaluate(out)
        self.browser.open(self.page)
        facts = self.text_of(".facts").split("\n")
        self.assertEqual(facts[facts.index("seed") + 1], "7")
        self.assertEqual(facts[facts.index("recipe") + 1], "plain")

    @unittest.skipUnless(TRAINS, "built without LibTorch")
    def test_a_training_outlives_its_report(self):
        out, place = self.folder / "out.pt", self.folder / "place"
        place.mkdir()
        log = self.folder / "log"
        os.mkfifo(log)
        helper = subprocess.Popen(["bash", "-c", f"exec 5<{log}; read -u 5 line; rmdir {place}; cat <&5"],
                                  stdout=subprocess.DEVNULL)
        self.addCleanup(helper.wait)
        result = run("train", "--recipe", "plain", "--data", self.data, "--out", out, "--epochs", 2, "--log", log,
                     "--log-steps", "--report", place / "report.html")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(f"{out} is written", result.stderr)
        self.done("load", out)


class Scans(Pages):
    def setUp(self):
        super().setUp()
        self.page = self.folder / "report.html"
        self.scans = self.folder / "scans"
        self.scans.mkdir()

    def draw(self, name, number):
        """A digit of ten squares as a grey picture."""
        image = pictures(number + 1, seed=5)[0][number * 784:]
        path = os.path.join(os.fsencode(self.scans), name.replace(b"|", b"\\"))
        pathlib.Path(os.fsdecode(path)).write_bytes(b"P5 28 28 255\n" + image)

    def read(self, *more, code=0):
        result = run("predict", "--model", self.model(), "--preprocess", "none", "--json", "--report", self.page,
                     *more, self.scans, text=False)
        self.assertEqual(result.returncode, code, result.stderr)
        return [json.loads(line) for line in result.stdout.decode().splitlines()]

    def test_names_of_files_are_names(self):
        for number, name in enumerate(NAMES):
            self.draw(name, number)
        (self.scans / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n<script>alert(1)</script>")
        answers = self.read(code=1)
        self.look(self.page)
        self.assertEqual(self.count_of(".scan"), len(NAMES) + 1)
        shown = self.browser.run("""[...document.querySelectorAll(".scan h3")].map((each) => each.innerText)""")
        # What could not be read comes first, then the least sure.
        self.assertTrue(shown[0].endswith("broken.png"))
        sure = sorted(answer["confidence"] for answer in answers if "confidence" in answer)
        told = self.browser.run("""[...document.querySelectorAll(".scan .bars")].map((each) => each.innerText)""")
        self.assertEqual(len(told), len(sure))
        self.assertEqual(self.count_of("main script, main b, main img[src='x']"), 0)
        self.assertEqual(self.count_of(".photo img"), len(NAMES))
        self.assertIn("\\u{202e}gnp.pgm", " ".join(shown))

    def test_what_is_looked_for_is_found(self):
        for number in range(70):
            self.draw(b"scan%d.pgm" % number, number)
        answers = self.read()
        self.browser.open(self.page)
        self.assertEqual(self.count_of(".scan"), 60)
        self.browser.run("document.querySelector('.more').focus()")
        self.browser.press("Enter")
        self.assertEqual(self.count_of(".scan"), 70)
        # The tabulator goes on from the first that came.
        self.assertEqual(self.browser.run("document.activeElement.className"), "scan")
        self.browser.run("document.getElementById('search').focus()")
        for letter in "scan69":
            self.browser.call("Input.insertText", text=letter)
        self.assertEqual(self.count_of(".scan"), 1)
        order = self.browser.run("data.rows.map((row) => row.sure)")
        self.assertEqual(order, sorted(order))
        self.assertEqual(len(order), len(answers))
        self.check_quiet(self.page)

    def test_ten_thousand_results_are_below_two_megabytes(self):
        images = self.folder / "images-idx3-ubyte"
        images.write_bytes(idx([12_000, 28, 28], os.urandom(12_000 * 784)))
        self.scans = images
        self.read()
        self.look(self.page)
        self.assertIn("12,000 pictures", self.text_of("#short"))

    def test_the_report_is_no_picture_that_is_read(self):
        self.draw(b"scan.pgm", 1)
        picture = self.scans / "scan.pgm"
        before = picture.read_bytes()
        os.link(picture, self.page)
        result = run("predict", "--model", self.model(), "--report", self.page, self.scans)
        self.assertEqual(result.returncode, 2)
        self.assertIn("would be lost", result.stderr)
        self.assertEqual(picture.read_bytes(), before)
        self.assertIn("name a .html file", self.refused(
            2, "predict", "--model", self.model(), "--report", self.folder / "x.txt", self.scans))

    def test_the_short_form_says_how_many_and_names_the_least_sure(self):
        for number in range(25):
            self.draw(b"scan%d.pgm" % number, number)
        self.draw(b"a|b`<script>.pgm", 1)
        (self.scans / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        short = self.folder / "report.md"
        answers = self.read("--report", short, code=1)
        text = short.read_text()
        self.assertIn("**27 pictures, 1 without an answer**", text)
        rows = text[text.index("| the least sure |"):].splitlines()[2:]
        self.assertEqual(len(rows), 20)
        self.assertIn("broken.png", rows[0])
        sure = sorted(answer["confidence"] for answer in answers if "confidence" in answer)
        self.assertIn(f" {100 * sure[0]:.2f} % |", rows[1])
        self.assertNotIn("<script>", text)


del Pages  # A base alone has no tests.

if __name__ == "__main__":
    unittest.main()
