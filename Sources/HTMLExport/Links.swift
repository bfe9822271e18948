/// Where pages lie, and how one leads to another without a server.
struct Links {
  enum Place: Equatable {
    /// The way in, which is the course page of the first language.
    case root
    case course
    case chapter(String)
    /// `chapter/id`.
    case lesson(String)
    case glossary
    case misconceptions
  }

  /// Whether a whole language is one file.
  let isSingle: Bool
  let language: String
  let here: Place

  /// The page that shows a place, within the folder that is written.
  static func path(_ place: Place, _ language: String, isSingle: Bool) -> String {
    if isSingle { return "course.\(slug(language)).html" }
    let folder = slug(language)
    switch place {
    case .root: return "index.html"
    case .course: return "\(folder)/index.html"
    case .chapter(let id): return "\(folder)/\(slug(id))/index.html"
    case .lesson(let path): return "\(folder)/\(file(path)).html"
    case .glossary: return "\(folder)/glossary.html"
    case .misconceptions: return "\(folder)/misconceptions.html"
    }
  }

  /// A link from here to a place, in this language or another.
  func href(_ place: Place, anchor: String? = nil, language other: String? = nil) -> String {
    let fragment = anchor.map { "#" + id($0, at: place) }
    if isSingle, other == nil || other == language { return fragment ?? "#" + (start(of: place)) }
    let path = Links.path(place, other ?? language, isSingle: isSingle)
    if isSingle { return path + (fragment ?? "#" + start(of: place)) }
    if place == here, other == nil, let fragment { return fragment }
    return String(repeating: "../", count: depth) + path + (fragment ?? "")
  }

  /// An id that is unique on its page.
  func id(_ name: String, at place: Place? = nil) -> String {
    guard isSingle else { return name }
    switch place ?? here {
    case .lesson(let path): return "\(Links.file(path).replacing("/", with: ".")).\(name)"
    case .glossary: return "glossary.\(name)"
    case .misconceptions: return "idea.\(name)"
    case .root, .course, .chapter: return name
    }
  }

  /// The id of the place itself, where pages are parts of one file.
  func start(of place: Place) -> String {
    switch place {
    case .root, .course: "top"
    case .chapter(let id): "chapter.\(Links.slug(id))"
    case .lesson(let path): Links.file(path).replacing("/", with: ".")
    case .glossary: "glossary"
    case .misconceptions: "misconceptions"
    }
  }

  private var depth: Int {
    switch here {
    case .root: 0
    case .course, .glossary, .misconceptions: 1
    case .chapter, .lesson: 2
    }
  }

  /// A name that is one part of a path on every system, and no page of ours.
  static func slug(_ name: String) -> String {
    var out = ""
    for scalar in name.unicodeScalars {
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      out += isPlain || (scalar == "-" || scalar == "_" || (scalar == "." && !out.isEmpty)) ? String(scalar) : "-"
    }
    return out.isEmpty || out == "index" ? out + "-" : out
  }

  private static func file(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).map { slug(String($0)) }.joined(separator: "/")
  }
}

extension String {
  fileprivate func replacing(_ mark: Character, with other: Character) -> String {
    String(map { $0 == mark ? other : $0 })
  }
}
