import Kubernetes
import Testing

@testable import HTMLExport

@Suite("Trees as HTML")
struct TreeTests {
  @Test("marks are escaped once, in text and in attributes")
  func escaping() {
    let node = HTMLNode.tag("p", [.type("\"a\" & <b>")], "1 < 2 & \"3\" &amp;")
    #expect(HTMLWriter.text(node) == "\n<p class=\"&quot;a&quot; &amp; &lt;b&gt;\">1 &lt; 2 &amp; \"3\" &amp;amp;</p>")
  }

  @Test("what a browser would obey instead of show is left out")
  func controls() {
    let node = HTMLNode.text("a\u{0}b\u{1b}[31mc\u{202e}d\u{2028}e\u{9b}f\ttab\n")
    #expect(HTMLWriter.text(node) == "ab[31mcdef\ttab\n")
  }

  @Test("void tags have no end, flags no value, and <pre> keeps its first line break")
  func shapes() {
    #expect(HTMLWriter.text(.tag("input", [.flag("checked")])) == "<input checked>")
    #expect(HTMLWriter.text(.tag("pre", [], "\nx")) == "\n<pre>\n\nx</pre>")
    #expect(HTMLWriter.text(.tag("b")) == "<b></b>")
  }

  @Test("names are names")
  func names() {
    #expect(HTMLElement.isName("data-x"))
    for bad in ["", "a b", "1a", "a>", "a\"", "a=", "-a"] { #expect(!HTMLElement.isName(bad)) }
  }

  @Test("JSON cannot leave its element, and means the same")
  func json() {
    let text = PageJSON.safe("\"</script><!-- & \u{2028}\u{2029}\u{85} \u{AC00}\"")
    #expect(text == "\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028\\u2029\\u0085 \u{AC00}\"")
  }

  @Test(
    "SHA-256 of known messages",
    arguments: [
      ("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
      ("abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE="
      ),
    ]
  )
  func hash(_ message: String, _ base64: String) {
    #expect(SHA256.base64(Array(message.utf8)) == base64)
  }

  @Test(
    "names become parts of paths, and no page of ours",
    arguments: [
      ("create-pod", "create-pod"), ("../../etc", "-.-..-etc"), ("a b/c", "a-b-c"), ("index", "index-"), ("", "-"),
      ("\u{AC00}", "-"),
    ]
  )
  func slugs(_ name: String, _ slug: String) {
    let made = Links.slug(name)
    #expect(made == slug)
    #expect(!made.hasPrefix(".") && !made.contains("/"))
  }

  @Test("links lead from every depth, and within one file")
  func links() {
    let deep = Links(isSingle: false, language: "en", here: .lesson("c/l"))
    #expect(deep.href(.glossary, anchor: "nat") == "../../en/glossary.html#nat")
    #expect(deep.href(.lesson("c/l"), language: "ko") == "../../ko/c/l.html")
    #expect(deep.href(.lesson("c/l"), anchor: "q") == "#q")
    let root = Links(isSingle: false, language: "en", here: .root)
    #expect(root.href(.lesson("c/l")) == "en/c/l.html")
    let single = Links(isSingle: true, language: "en", here: .lesson("c/l"))
    #expect(single.href(.glossary, anchor: "nat") == "#glossary.nat")
    #expect(single.href(.lesson("c/l"), language: "ko") == "course.ko.html#c.l")
  }
}
