/// The Go structs of volumes, and of the few sources whose fields a template is likely to name.
enum VolumeGoTypes {
  static let old = "v1.VolumeSource " + sources

  static let new = "v1.VolumeSource " + sources + " Image image *v1.ImageVolumeSource"

  /// A source and its key: the types are called after the source.
  private static var sources: String {
    let names = [
      "HostPath hostPath", "EmptyDir emptyDir", "GCEPersistentDisk gcePersistentDisk",
      "AWSElasticBlockStore awsElasticBlockStore", "GitRepo gitRepo", "Secret secret", "NFS nfs", "ISCSI iscsi",
      "Glusterfs glusterfs", "PersistentVolumeClaim persistentVolumeClaim", "RBD rbd", "FlexVolume flexVolume",
      "Cinder cinder", "CephFS cephfs", "Flocker flocker", "DownwardAPI downwardAPI", "FC fc", "AzureFile azureFile",
      "ConfigMap configMap", "VsphereVolume vsphereVolume", "Quobyte quobyte", "AzureDisk azureDisk",
      "PhotonPersistentDisk photonPersistentDisk", "Projected projected", "PortworxVolume portworxVolume",
      "ScaleIO scaleIO", "StorageOS storageos", "CSI csi", "Ephemeral ephemeral",
    ]
    var row = ""
    for pair in names {
      let name = pair.split(separator: " ").first.map { String($0) } ?? ""
      var type = "\(name)VolumeSource"
      switch name {
      case "VsphereVolume": type = "VsphereVirtualDiskVolumeSource"
      case "FlexVolume", "PortworxVolume": type = "\(name)Source"
      default: break
      }
      row += "\(row.isEmpty ? "" : " ")\(pair) *v1.\(type)"
    }
    return row
  }

  static let shared = [
    "v1.Volume Name name string VolumeSource - v1.VolumeSource",
    "v1.HostPathVolumeSource Path path string Type type *v1.HostPathType",
    "v1.EmptyDirVolumeSource Medium medium v1.StorageMedium SizeLimit sizeLimit *resource.Quantity",
    "v1.SecretVolumeSource SecretName secretName string Items items []v1.KeyToPath DefaultMode defaultMode *int32 "
      + "Optional optional *bool",
    "v1.ConfigMapVolumeSource LocalObjectReference - v1.LocalObjectReference Items items []v1.KeyToPath DefaultMode "
      + "defaultMode *int32 Optional optional *bool",
    "v1.KeyToPath Key key string Path path string Mode mode *int32",
    "v1.PersistentVolumeClaimVolumeSource ClaimName claimName string ReadOnly readOnly bool",
    "v1.DownwardAPIVolumeSource Items items []v1.DownwardAPIVolumeFile DefaultMode defaultMode *int32",
    "v1.DownwardAPIVolumeFile Path path string FieldRef fieldRef *v1.ObjectFieldSelector ResourceFieldRef "
      + "resourceFieldRef *v1.ResourceFieldSelector Mode mode *int32",
    "v1.ProjectedVolumeSource Sources sources []v1.VolumeProjection DefaultMode defaultMode *int32",
    "v1.VolumeProjection Secret secret *v1.SecretProjection DownwardAPI downwardAPI *v1.DownwardAPIProjection "
      + "ConfigMap configMap *v1.ConfigMapProjection ServiceAccountToken serviceAccountToken "
      + "*v1.ServiceAccountTokenProjection",
    "v1.SecretProjection LocalObjectReference - v1.LocalObjectReference Items items []v1.KeyToPath Optional optional "
      + "*bool",
    "v1.ConfigMapProjection LocalObjectReference - v1.LocalObjectReference Items items []v1.KeyToPath Optional "
      + "optional *bool",
    "v1.DownwardAPIProjection Items items []v1.DownwardAPIVolumeFile",
    "v1.ServiceAccountTokenProjection Audience audience string ExpirationSeconds expirationSeconds *int64 Path path "
      + "string",
  ]
}
